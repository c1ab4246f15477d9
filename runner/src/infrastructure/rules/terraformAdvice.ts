import { PROVIDE_CREDENTIALS, RENEW_CREDENTIALS } from '../../base/credentialAdvice.js';

/** The failures that setting up or everyday use meet, by Terraform's, the provider's and AWS' own words; the first one counts. */
const ADVICE: readonly { readonly says: RegExp; readonly advice: string }[] = [
  {
    says: /ExpiredToken|security token[^.]* is expired|SSO session[^.]* expired/i,
    advice: RENEW_CREDENTIALS,
  },
  {
    says: /No valid credential sources|NoCredentialProviders|failed to refresh cached credentials|InvalidClientTokenId|UnrecognizedClientException/,
    advice: PROVIDE_CREDENTIALS,
  },
  {
    says: /S3 bucket "[^"]*" does not exist|NoSuchBucket/,
    advice:
      'Create the bucket for the states (terraform/modules/state-backend), or name yours in the backend block of the root',
  },
  {
    says: /AccessDenied|UnauthorizedOperation|is not authorized to perform/,
    advice:
      'Allow the role of this run the action above (`node runner iam-policy --command apply` prints all that an apply needs)',
  },
  {
    says: /No value for required variable/,
    advice: 'Set it under infrastructure.variables, in one of infrastructure.var-files, or as TF_VAR_NAME',
  },
  {
    says: /Unsupported Terraform Core version/,
    advice:
      'Install a Terraform version that required_version of the root allows (`terraform version` shows yours)',
  },
  {
    says: /Failed to query available provider packages|could not connect to registry/i,
    advice:
      'Check the network and the proxy to the provider registry, or set a mirror in the file that TF_CLI_CONFIG_FILE names',
  },
  { says: /no space left on device/i, advice: 'Make room on the disk (`df -h` shows where)' },
];

/** Terraform's words for a backend that is no longer the one that the root was initialised for. */
const MOVED =
  /Backend configuration changed|Can't ask approval for state migration|Error asking for state migration action|Reason:\s+(?:Backend (?:configuration|type)|Unsetting\s+the\s+previously)/;

/** Whether Terraform failed since states may have to be moved to another backend, which it does not do unasked. */
export function isBackendMoved(words: string): boolean {
  return MOVED.test(words);
}

/**
 * What to do about a failure of Terraform, without a full stop.
 * @param words everything that it said
 */
export function terraformAdvice(words: string): string {
  return ADVICE.find(({ says }) => says.test(words))?.advice ?? 'Fix the cause';
}
