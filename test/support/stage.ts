import type { EventBus } from '../../runner/src/events/events.js';
import { Stage } from '../../runner/src/events/stage.js';

/** A stage to call with what is tested; it tells the events of a context, or nobody. */
export const stageOf = (
  id: string,
  { events }: { readonly events: Pick<EventBus, 'emit'> } = { events: { emit: () => undefined } },
): Stage => new Stage(events, id);
