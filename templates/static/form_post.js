// By prototype, because a parameter named "submit" would hide the form's own method.
HTMLFormElement.prototype.submit.call(document.querySelector("[data-send]"));
