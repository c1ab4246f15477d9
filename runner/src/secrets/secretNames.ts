/** Parts of a name that say of a variable in the environment that it holds a secret, wherever in the name they stand. */
const SECRET_WORD =
  /TOKEN|SECRET|PASSW|PASSPHRASE|KEY|CREDENTIAL|WEBHOOK|DSN|AUTH(?!OR)|CONN(?:ECTION)?_?STR|(?:^|_)(?:PEM|PATS?|PASS|PWD|CREDS?|JWT|COOKIE|BEARER|OTP|SAS)(?:_|$)/i;

/** Where the shell is and was, not a password. */
const isDirectory = (variable: string): boolean => /^(?:OLD)?PWD$/.test(variable);

/** Whether an environment variable that the configuration refers to holds a secret, told from its name. */
export const holdsSecret = (variable: string): boolean =>
  SECRET_WORD.test(variable) && !isDirectory(variable);

/** What the name of a setting ends in where its value is the secret itself, not its name, place or age. */
const ENDS_SO =
  /(?:^|[_.-])(?:pass|passwd|passwords?|pwd|passphrase|tokens?|secrets?|(?:secret|private|api|access|auth|encryption|signing|master|app|account|storage)[_.-]?key|apikey|credentials?|webhook(?:[_.-]?ur[il])?|dsn|pat|pem|jwt|connection[_.-]?string)$/i;

/** Whether a setting or variable of any name is a secret, told more carefully: `db_password`, but not `key_name`. */
export const namesSecret = (name: string): boolean =>
  !isDirectory(name) && ENDS_SO.test(name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_'));
