const outlived = new WeakSet<NodeJS.WritableStream>();

/**
 * Lets a run outlive its output: a reader that has gone (`| head`), a terminal that was closed, a log on a full disk
 * cost what would have been read there, and nothing else. Whoever wants a run to end sends it a signal.
 */
export function outliveFailures(stream: NodeJS.WritableStream): void {
  if (outlived.has(stream)) return;
  outlived.add(stream);
  stream.on('error', () => undefined);
}
