import type { ProbeAnswer, ProbeOptions } from '../../../adapters/http/httpProbe.js';

export type Probe = (url: string, options: ProbeOptions) => Promise<ProbeAnswer>;
