import type { Duplex } from 'node:stream';
import type { NodeSSH } from 'node-ssh';

/** The stream that a connection runs over. */
export interface Link {
  readonly stream: Duplex;
  /** Keeps the process alive while a command runs, once for each `release`; a new link is held already. */
  hold(): void;
  /** An idle connection keeps no process alive. */
  release(): void;
  close(): void;
  /** The last output of the command that is the connection. */
  words(): readonly string[];
}

export interface Connection {
  readonly ssh: NodeSSH;
  readonly link: Link;
}
