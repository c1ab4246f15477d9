import type { ProbeAnswer, ProbeOptions } from '../../adapters/http/probe.js';

export type Probe = (url: string, options: ProbeOptions) => Promise<ProbeAnswer>;
