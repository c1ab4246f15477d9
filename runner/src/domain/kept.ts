import type { TargetRecord } from './records.js';

/** The colour of a switch that keeps running beside the live one, so that a rollback is one change of the rule. */
export interface KeptColour {
  readonly target: string;
  readonly colour: string;
  /** ISO times. */
  readonly since: string;
  readonly until: string;
}

/** What a deployment left to be kept, by the records of its targets. */
export function keptBy(targets: Readonly<Record<string, TargetRecord>> = {}): readonly KeptColour[] {
  return Object.entries(targets).flatMap(([target, { facts = {} }]): readonly KeptColour[] => {
    const { kept: colour, 'kept-since': since, 'kept-until': until } = facts;
    if (colour === undefined || since === undefined || until === undefined) return [];
    return [{ target, colour, since, until }];
  });
}

/** Whether its time is over. @param nowMs milliseconds since the epoch */
export const isOverdue = ({ until }: KeptColour, nowMs: number): boolean => Date.parse(until) <= nowMs;

/** `web: blue is kept until 2026-11-03 14:30 UTC`, or `… was to be kept until …`. */
export function keptWords(kept: KeptColour, nowMs: number): string {
  const how = isOverdue(kept, nowMs) ? 'was to be kept' : 'is kept';
  return `${kept.target}: ${kept.colour} ${how} until ${kept.until.slice(0, 16).replace('T', ' ')} UTC`;
}
