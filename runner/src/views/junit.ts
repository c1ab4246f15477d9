import { escapeMarkup } from './html/markup.js';
import type { Run, RunStage } from '../events/run.js';
import { finalTraffic, trafficWords } from './traffic.js';

/**
 * The stages of a run and the checks of its targets as JUnit XML, one testcase each, in the form that Jenkins' JUnit plugin reads
 * (https://github.com/testmoapp/junitxml).
 */
export function junitOf(run: Run): string {
  const name = [run.application ?? 'run', ...run.environments].join(' ');
  const amount = (wanted: (stage: RunStage) => boolean) => run.stages.filter(wanted).length;
  const checks = run.stages.flatMap((stage) => stage.checks ?? []);
  const failedChecks = checks.filter(({ status }) => status === 'failed').length;
  const counts = attributes({
    name,
    tests: run.stages.length + checks.length,
    failures: amount(isFailure) + failedChecks,
    skipped: amount(isSkipped),
    time: run.seconds.toFixed(3),
    timestamp: run.startedAt.slice(0, 19),
  });
  const cases = run.stages.flatMap((stage) => [testcase(name, stage), ...checkCases(name, stage)]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite ${counts}>\n${cases.join('\n')}\n  </testsuite>\n</testsuites>\n`;
}

const isSkipped = ({ status }: RunStage) => status === 'skipped' || status === 'waiting';
/** A stage that left hosts behind went as well as its configuration allows; its properties say which. */
const isFailure = (stage: RunStage) =>
  stage.status !== 'ok' && stage.status !== 'partial' && stage.status !== 'running' && !isSkipped(stage);

function testcase(suite: string, stage: RunStage): string {
  const about = attributes({ classname: suite, name: stage.title, time: (stage.seconds ?? 0).toFixed(3) });
  const inside = [
    ...properties(stage),
    ...(isFailure(stage) ? [failure(stage)] : []),
    ...(isSkipped(stage) ? [`<skipped ${attributes({ message: stage.reason ?? 'not run' })}/>`] : []),
    ...(stage.lastLines.length === 0
      ? []
      : [`<system-out>${escapeMarkup(stage.lastLines.join('\n'))}</system-out>`]),
  ];
  if (inside.length === 0) return `    <testcase ${about}/>`;
  return `    <testcase ${about}>\n      ${inside.join('\n      ')}\n    </testcase>`;
}

/** Hosts that are behind, and where requests go in the end. */
function properties({ behind = [], traffic }: RunStage): readonly string[] {
  const all = [
    ...behind.map(({ host, version, cause }) => ({
      name: `behind.${host}`,
      value: `${version ?? 'nothing'}, ${cause}`,
    })),
    ...finalTraffic(traffic).map((last) => ({ name: `traffic.${last.subject}`, value: trafficWords(last) })),
  ];
  const lines = all.map((property) => `<property ${attributes(property)}/>`);
  return lines.length === 0 ? [] : [`<properties>${lines.join('')}</properties>`];
}

function checkCases(suite: string, { title, checks = [] }: RunStage): readonly string[] {
  return checks.map(({ subject, name, status, seconds, evidence }) => {
    const about = {
      classname: suite,
      name: `${title}: check ${name} of ${subject}`,
      time: seconds.toFixed(3),
    };
    const text = escapeMarkup(evidence.join('\n'));
    const inside =
      status === 'failed'
        ? `<failure ${attributes({ message: `check ${name} failed`, type: 'check' })}>${text}</failure>`
        : `<system-out>${text}</system-out>`;
    return `    <testcase ${attributes(about)}>\n      ${inside}\n    </testcase>`;
  });
}

function failure({ error, reason, status }: RunStage): string {
  const text = [
    error?.where,
    ...(error?.evidence ?? []),
    error?.next === undefined ? undefined : `Next: ${error.next}`,
  ];
  const body = text.filter((line) => line !== undefined).join('\n');
  return `<failure ${attributes({ message: error?.message ?? reason ?? status, type: error?.code ?? status })}>${escapeMarkup(body)}</failure>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeMarkup(String(value)).replaceAll('\n', '&#10;')}"`)
    .join(' ');
}
