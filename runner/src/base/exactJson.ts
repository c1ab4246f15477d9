const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/**
 * Parses JSON, and loses no digit: a number that would not read the same when it is written again
 * (`12345678901234567890`, `3.10`) becomes its text.
 * @throws SyntaxError where it is not JSON
 */
export function parseExactJson(json: string): unknown {
  const exact = json.replace(TOKEN, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `"${token}"`,
  );
  try {
    return JSON.parse(exact) as unknown;
  } catch {
    // Its words name a place in the text as it came.
    return JSON.parse(json) as unknown;
  }
}
