/** What to do where AWS asks for credentials; without a full stop, for whoever adds what they are for. */
export const PROVIDE_CREDENTIALS =
  'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run on a machine with a role';
export const RENEW_CREDENTIALS = 'Renew them (`aws sso login`, or the role of the build agent)';
