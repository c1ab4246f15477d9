import type { IncomingMessage } from 'node:http';
import { StackError } from '../../base/errors.js';
import { isRecord } from '../../base/toolJson.js';
import { bytesOf } from './registryWire.js';

const LARGEST = 64 * 1024;

/** A registry's refusal, with its own message if there is one. */
export class RegistryRefusal extends StackError {
  constructor(
    host: string,
    readonly status: number,
    words: string,
    evidence: readonly string[],
    readonly isWorthAnother = false,
    next = 'Read the message of the registry above, then run it again: finished parts are not sent twice.',
  ) {
    super('REGISTRY_REFUSED', `${host} ${words}`, { where: host, evidence, next });
  }

  /** Whether another attempt may succeed: neither our permissions nor the request are the reason. */
  get isPassing(): boolean {
    return this.isWorthAnother || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** The refusal in an unexpected response. */
export async function refusal(
  answer: IncomingMessage,
  host: string,
  request: { readonly method: string; readonly repository: string; readonly right: 'pull' | 'push' },
  isWorthAnother = false,
): Promise<RegistryRefusal> {
  const text = (await bytesOf(answer, LARGEST).catch(() => Buffer.alloc(0))).toString('utf8');
  const status = answer.statusCode ?? 0;
  const said = [...wordsOf(text), `${request.method}: ${status}`];
  const { repository, right } = request;
  if (status === 401 || status === 403) {
    const actions =
      right === 'pull'
        ? 'ecr:BatchGetImage, ecr:GetDownloadUrlForLayer and ecr:BatchCheckLayerAvailability'
        : 'ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload, ecr:BatchCheckLayerAvailability and ecr:PutImage';
    const words =
      right === 'pull' ? `does not allow reading ${repository}` : `does not allow writing to ${repository}`;
    return new RegistryRefusal(
      host,
      status,
      words,
      said,
      isWorthAnother,
      `Allow ${actions} on ${repository} there.`,
    );
  }
  if (status === 404)
    return new RegistryRefusal(host, status, `does not have all parts of ${repository}`, said);
  return new RegistryRefusal(host, status, `refuses ${repository}`, said);
}

/** `{"errors":[{"code":"…","message":"…"}]}`, as the specification has it. */
function wordsOf(text: string): readonly string[] {
  try {
    const found: unknown = JSON.parse(text);
    const errors = isRecord(found) && Array.isArray(found['errors']) ? (found['errors'] as unknown[]) : [];
    return errors.flatMap((one) =>
      isRecord(one)
        ? [[one['code'], one['message']].filter((part) => typeof part === 'string').join(': ')]
        : [],
    );
  } catch {
    return text.trim() === '' ? [] : [text.trim().slice(0, 300)];
  }
}
