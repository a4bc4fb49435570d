"""What forms about passwords, codes and passkeys share, at sign-in, in *My account* and on pages that mails link to.

errors           the sentences beside a field, and the status that goes with them
message_codes    the variables of pages about codes that are sent
passkeys         reading the answer of the browser's Web Authentication API
recovery_codes   the codes as a text file
"""
