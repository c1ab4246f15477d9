import type { NamedInstance, InstanceChange } from '../../domain/instance.js';

/** What is to be done with an instance: a request and a wait, the wait alone, nothing, or why not. */
export type InstanceStep = 'ask' | 'wait' | 'nothing' | { readonly why: string; readonly next: string };

const STEPS: Readonly<Record<InstanceChange, Readonly<Record<string, 'ask' | 'wait' | 'nothing'>>>> = {
  start: { stopped: 'ask', pending: 'wait', running: 'nothing' },
  stop: { running: 'ask', stopping: 'wait', stopped: 'nothing' },
  restart: { running: 'ask' },
  delete: {
    pending: 'ask',
    running: 'ask',
    stopping: 'ask',
    stopped: 'ask',
    'shutting-down': 'wait',
    terminated: 'nothing',
  },
};

/** What an instance is when its change is done. */
export const END_STATES: Readonly<Record<InstanceChange, string>> = {
  start: 'running',
  stop: 'stopped',
  restart: 'running',
  delete: 'terminated',
};

const VERBS: Readonly<Record<InstanceChange, string>> = {
  start: 'started',
  stop: 'stopped',
  restart: 'restarted',
  delete: 'deleted',
};
export const changeWord = (change: InstanceChange): string => VERBS[change];

/** What an instance needs, by the state it is in. */
export function stepOf(change: InstanceChange, instance: NamedInstance): InstanceStep {
  const { state, id, autoscalingGroup } = instance;
  const step = STEPS[change][state];
  if (step === undefined) {
    return {
      why: `is ${state}`,
      next:
        state === 'terminated' || state === 'shutting-down'
          ? `It does not come back: leave ${id} out.`
          : `Wait until it is ${change === 'start' ? 'stopped' : 'running'}, then run the command again.`,
    };
  }
  if (step === 'ask' && change === 'stop' && autoscalingGroup !== undefined) {
    return {
      why: `belongs to the autoscaling group ${autoscalingGroup}, which would end it and start another`,
      next: `Change the size of the group instead, or leave ${id} out.`,
    };
  }
  return step;
}

/** How far a change of an instance is. */
export type Progress = 'done' | 'going-on' | 'failed';

/**
 * @param hasMoved whether it was seen in another state than before since it was asked: EC2 shows the old one for a while
 * @param state undefined where EC2 no longer knows it
 */
export function progressOf(
  change: Exclude<InstanceChange, 'restart'>,
  state: string | undefined,
  hasMoved: boolean,
): Progress {
  // One that was just launched is not known everywhere at once.
  if (state === undefined) return change === 'delete' ? 'done' : 'going-on';
  if (state === END_STATES[change]) return 'done';
  if (change === 'delete') return 'going-on';
  if (state === 'terminated' || state === 'shutting-down') return 'failed';
  // It has started and fallen back: EC2 says why in the reason.
  if (change === 'start' && hasMoved && (state === 'stopped' || state === 'stopping')) return 'failed';
  return 'going-on';
}
