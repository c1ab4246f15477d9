import { lossText, lossTitle } from '../../infrastructure/rules/dataLoss.js';
import {
  PLAN_ORDER,
  type PlanAction,
  type PlannedOutput,
  type PlannedResource,
  type PlanSummary,
  type AttributeChange,
} from '../../domain/plan.js';
import { ownedText } from '../../infrastructure/rules/deliveryOwned.js';
import { leftToDelivery, SIGNS, tellResource } from '../../infrastructure/rules/planText.js';
import { SENSITIVE, UNKNOWN } from '../../infrastructure/rules/planValues.js';
import { count, utcTime } from '../format.js';
import type { PlanRecord } from '../../events/run.js';
import { markup, type Markup } from './markup.js';

/** Groups that are longer begin folded, but for what takes something away. */
const UNFOLDED = 40;

export interface PlanPage {
  readonly application: string;
  readonly environment: string;
  readonly workspace: string;
  readonly terraform: string;
  readonly plan: PlanRecord;
  /** What carries it out, as it is typed. */
  readonly next?: string | undefined;
  /** When the page was made, and by which version of the runner. */
  readonly made: { readonly at: Date; readonly by: string };
}

/** A plan as a page of its own; like the report it has no script and no inline style, and its style sheet beside it. */
export function planPage(page: PlanPage): string {
  const { application, environment, plan, next, made } = page;
  const { headline, losses } = plan.summary;
  const facts: readonly (readonly [string, string])[] = [
    ['Environment', environment],
    ['Workspace', page.workspace],
    ['Terraform', page.terraform],
  ];
  return `<!doctype html>\n${
    markup`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${[application, environment, headline].join(' · ')}</title>
<link rel="stylesheet" href="report.css">
</head>
<body>
<main>
<header class="${losses.length > 0 ? 'status-failed' : 'status-running'}">
<p class="command">plan</p>
<h1>${application} <span class="to">to</span> ${environment}</h1>
<p class="summary">${headline}</p>
<dl class="about">${facts.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
</header>
${lossesBlock(plan.summary)}
${planSection(plan, 'Changes')}
${next !== undefined && markup`<section><h2>Apply it</h2><pre>${next}</pre></section>`}
</main>
<footer><p>Plan of ${utcTime(made.at.toISOString())} by automation-stack ${made.by}</p></footer>
</body>
</html>`.text
  }\n`;
}

/** What a plan would lose; nothing where that is nothing. */
export function lossesBlock({ losses }: PlanSummary, title?: string): Markup | undefined {
  if (losses.length === 0) return undefined;
  return markup`<section class="losses">
<h2>${lossTitle(losses)}${title !== undefined && markup` <small>${title}</small>`}</h2>
<ul>${losses.map((loss) => markup`<li>${lossText(loss)}</li>`)}</ul>
</section>`;
}

/** A plan: counts, then every resource with what changes in it, what goes first. */
export function planSection({ summary, hidden }: PlanRecord, title: string): Markup {
  const { counts, resources, outputs, drifted } = summary;
  const left = leftToDelivery(summary);
  const shown = PLAN_ORDER.filter((action) => counts[action] > 0);
  return markup`<section class="plan">
<h2>${title}</h2>
${shown.length === 0 && markup`<p>${summary.headline}</p>`}
<ul class="counts">${shown.map((action) => markup`<li class="plan-${action}"><strong>${counts[action]}</strong> to ${action}</li>`)}${counts.unchanged > 0 && markup`<li><strong>${counts.unchanged}</strong> unchanged</li>`}</ul>
${shown.map((action) => group(action, resources))}
${hidden > 0 && markup`<p>and ${count(hidden, 'more resource')}</p>`}
${outputs.length > 0 && markup`<details open=""><summary>${count(outputs.length, 'output')}</summary><ul class="planned">${outputs.map(outputItem)}</ul></details>`}
${left.length > 0 && markup`<p>Left where the delivery has put it:</p><ul>${left.map((one) => markup`<li><code>${one.address}</code> ${ownedText(one)}</li>`)}</ul>`}
${drifted.length > 0 && markup`<p>Changed outside of Terraform since the last apply: ${drifted.map((address, index) => markup`${index > 0 && ', '}<code>${address}</code>`)}</p>`}
</section>`;
}

function group(action: PlanAction, all: readonly PlannedResource[]): Markup | undefined {
  const resources = all.filter((resource) => resource.action === action);
  if (resources.length === 0) return undefined;
  const items = markup`<summary>${resources.length} to ${action}</summary>
<ul class="planned">${resources.map(resourceItem)}</ul>`;
  const isOpen = action === 'destroy' || action === 'replace' || resources.length <= UNFOLDED;
  return isOpen ? markup`<details open="">${items}</details>` : markup`<details>${items}</details>`;
}

function resourceItem(resource: PlannedResource): Markup {
  const { action, address } = resource;
  const { notes, changes, computed } = tellResource(resource);
  return markup`<li class="plan-${action}"><p>${sign(action)} <code>${address}</code>${notes.length > 0 && markup` <small>${notes.join('; ')}</small>`}</p>
${changes.length + computed > 0 && markup`<dl>${changes.map(attribute)}${computed > 0 && markup`<div><dt>and ${computed} more</dt><dd><em>${UNKNOWN}</em></dd></div>`}</dl>`}</li>`;
}

function attribute({ path, before, after, forcesReplacement }: AttributeChange): Markup {
  return markup`<div><dt><code>${path}</code></dt><dd>${value(before)} → ${value(after)}${forcesReplacement && markup` <strong class="forces">forces replacement</strong>`}</dd></div>`;
}

function outputItem({ name, action, before, after }: PlannedOutput): Markup {
  const description =
    action === 'change'
      ? markup`${value(before)} → ${value(after)}`
      : value(action === 'create' ? after : before);
  return markup`<li class="plan-${action}"><p>${sign(action)} <code>${name}</code> ${description}</p></li>`;
}

const sign = (action: PlanAction) => markup`<span class="sign">${SIGNS[action].trim()}</span>`;

const value = (text: string) =>
  text === UNKNOWN || text === SENSITIVE ? markup`<em>${text}</em>` : markup`<code>${text}</code>`;
