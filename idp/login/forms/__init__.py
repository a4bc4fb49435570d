"""Parts of forms about passwords, codes and passkeys, for sign-in, *My account* and recovery.

errors           the sentences beside a field, and the status that goes with them
sent_code_pages  the variables of pages about codes that are sent
passkeys         reading the answer of the browser's Web Authentication API
recovery_codes   the codes as a text file
"""
