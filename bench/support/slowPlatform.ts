import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long an answer of the platform takes, in milliseconds. */
const ANSWER_MS = 400;

/**
 * A root without providers whose plan waits: each state is read once the one before it has come, as a root's lookups
 * mostly hang on each other.
 * @param answers how many it waits for
 */
export function waitingRoot(address: string, answers: number): string {
  const lookUps = Array.from(
    { length: answers },
    (_, index) => `data "terraform_remote_state" "s${index}" {
  backend = "http"
  config  = { address = "${address}/${index}" }
  ${index === 0 ? '' : `depends_on = [data.terraform_remote_state.s${index - 1}]`}
}`,
  );
  return `${lookUps.join('\n')}
resource "terraform_data" "x" { input = data.terraform_remote_state.s${answers - 1}.outputs.id }
`;
}

/** Answers every request for a state after a while. */
export async function slowPlatform(): Promise<{
  readonly address: string;
  readonly close: () => Promise<void>;
}> {
  const state = JSON.stringify({
    version: 4,
    terraform_version: '1.11.0',
    serial: 1,
    lineage: 'bench',
    outputs: { id: { value: 'vpc-0123456789abcdef0', type: 'string' } },
    resources: [],
  });
  const server = createServer((_, response) => {
    setTimeout(() => response.end(state), ANSWER_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
