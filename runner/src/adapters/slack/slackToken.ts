/** The owner of a Slack token, or why Slack refuses it. */
export type SlackTokenAnswer =
  | { readonly ok: true; readonly user: string; readonly team: string }
  | { readonly ok: false; readonly reason: string };

const LIMIT_MS = 8000;

/**
 * Asks Slack whether it knows a bot token (`auth.test`, which needs no scope). One small request, so no SDK is loaded.
 * @param apiUrl overrides Slack's address, with a slash at its end
 * @param ask how, where that is not Node's own way: through a proxy
 */
export async function testSlackToken(
  token: string,
  apiUrl = 'https://slack.com/api/',
  signal?: AbortSignal,
  ask: typeof fetch = fetch,
): Promise<SlackTokenAnswer> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    const response = await ask(new URL('auth.test', apiUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    const answer = (await response.json()) as { ok?: boolean; error?: string; user?: string; team?: string };
    if (answer.ok === true) return { ok: true, user: answer.user ?? '', team: answer.team ?? '' };
    return { ok: false, reason: answer.error ?? `HTTP ${response.status}` };
  } catch (error) {
    signal?.throwIfAborted();
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    return { ok: false, reason: `no answer (${cause?.code ?? (error as Error).message})` };
  }
}
