// Goes on with a change of many rows. By prototype, because a field named "submit" would hide the form's own method.
HTMLFormElement.prototype.submit.call(document.querySelector(".continue"));
