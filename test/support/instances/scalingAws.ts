import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { AwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { sdk } from '../../../runner/src/adapters/aws/sdk.js';
import type { Clock } from '../../../runner/src/base/ports.js';
import { CHANGES, InstancesAws, queryError, Refused, type FakeInstance, type Input } from './instancesAws.js';

await sdk.autoScaling();
for (const action of ['CreateLaunchTemplate', 'CreateLaunchTemplateVersion', 'StartInstanceRefresh'])
  CHANGES.add(action);
CHANGES.add('CancelInstanceRefresh');

const TEMPLATE = { id: 'lt-1', version: 7 };
const OWN = 'lt-2';
const TICK_MS = 1000;
const CANCELLING_MS = 4000;

interface Template {
  readonly id: string;
  readonly version: number;
}
interface Version extends Template {
  readonly tags: Record<string, string>;
  readonly token: string;
}
interface Member extends Template {
  readonly instance: string;
}
interface Refresh {
  readonly id: string;
  status: string;
  readonly template: Template;
  readonly delayMs: number;
  checkpoints: number[];
  waitUntilMs: number;
  changedMs: number;
  percent: number;
}

/** An autoscaling group before EC2 and a target group: it is refreshed at its own pace, whether anybody looks or not. */
export class ScalingAws extends InstancesAws {
  desired = 3;
  template: Template & { readonly named?: string } = { ...TEMPLATE, named: '$Default' };
  versions: Version[] = [];
  members: Member[] = [];
  refreshes: Refresh[] = [];
  isMixed = false;
  healthCheck = 'ELB';
  /** Why the group can launch nothing. */
  noRoom: string | undefined;
  private lookedMs: number;

  constructor(clock: Clock) {
    super(clock);
    this.lookedMs = this.nowMs();
  }

  /** The group as Terraform has made it: its instances are of no release. */
  begin(): void {
    while (this.members.length < this.desired) this.launchMember(TEMPLATE);
    this.lookedMs -= 60_000;
    for (const one of this.instances.values()) one.changedMs -= 60_000;
    for (const { instance } of this.members) this.registered.set(instance, this.nowMs() - 60_000);
  }

  override adopt(other: InstancesAws): void {
    super.adopt(other);
    if (!(other instanceof ScalingAws)) return;
    const { desired, template, lookedMs } = other;
    Object.assign(this, { desired, template, lookedMs });
    this.versions = [...other.versions];
    this.members = [...other.members];
    this.refreshes = other.refreshes.map((one) => ({ ...one, checkpoints: [...one.checkpoints] }));
  }

  override clients(step: () => Promise<void> = async () => undefined): AwsClients {
    const client = new AutoScalingClient(
      this.handlerOf(step)((request) =>
        this.serve(request, (action, input) => this.ofScaling(action, input), queryError),
      ),
    );
    return { ...super.clients(step), autoScaling: async () => client };
  }

  /** `1.0.0 running serving` of each, `-` for one of no release; and what the group launches from. */
  override stand(): readonly string[] {
    this.pass();
    return super.stand();
  }

  get launchesFrom(): string {
    const { id, version } = this.template;
    return (
      this.versions.find((one) => one.id === id && one.version === version)?.tags[
        'automation-stack:version'
      ] ?? id
    );
  }

  override healthOf(id: string): string | undefined {
    this.pass();
    return super.healthOf(id);
  }

  protected override ofEc2(action: string, input: Input): string {
    this.pass();
    const said = (inner: string) => `<${action}Response>${inner}</${action}Response>`;
    switch (action) {
      case 'DescribeLaunchTemplateVersions': {
        if (input['LaunchTemplateId'] === TEMPLATE.id || input['LaunchTemplateName'] === 'shop')
          return said(
            `<launchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId><versionNumber>7</versionNumber><launchTemplateData><imageId>ami-1</imageId><tagSpecificationSet><item><resourceType>instance</resourceType><tagSet><item><key>Team</key><value>web</value></item></tagSet></item></tagSpecificationSet></launchTemplateData></item></launchTemplateVersionSet>`,
          );
        if (this.versions.length === 0)
          throw new Refused('InvalidLaunchTemplateName.NotFoundException', 'no such template');
        const asked = input['LaunchTemplateVersion.1'];
        const found = this.versions.filter(({ version }) => asked === undefined || asked === String(version));
        const items = found.map(({ version, tags }) => {
          const set = Object.entries(tags).map(
            ([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`,
          );
          return `<item><launchTemplateId>${OWN}</launchTemplateId><versionNumber>${version}</versionNumber><launchTemplateData><tagSpecificationSet><item><resourceType>instance</resourceType><tagSet>${set.join('')}</tagSet></item></tagSpecificationSet></launchTemplateData></item>`;
        });
        return said(`<launchTemplateVersionSet>${items.join('')}</launchTemplateVersionSet>`);
      }
      case 'CreateLaunchTemplate':
      case 'CreateLaunchTemplateVersion': {
        const isFirst = action === 'CreateLaunchTemplate';
        if (!isFirst && this.versions.length === 0)
          throw new Refused('InvalidLaunchTemplateName.NotFoundException', 'no such template');
        const { version } = this.makeVersion(input);
        return said(
          isFirst
            ? `<launchTemplate><launchTemplateId>${OWN}</launchTemplateId><latestVersionNumber>${version}</latestVersionNumber></launchTemplate>`
            : `<launchTemplateVersion><launchTemplateId>${OWN}</launchTemplateId><versionNumber>${version}</versionNumber></launchTemplateVersion>`,
        );
      }
      default:
        return super.ofEc2(action, input);
    }
  }

  private makeVersion(input: Input): Version {
    const token = input['ClientToken'] ?? '';
    const known = this.versions.find((one) => one.token === token);
    if (known !== undefined) return known;
    const tags: Record<string, string> = {};
    const prefix = 'LaunchTemplateData.TagSpecification.1.Tag';
    for (let nth = 1; input[`${prefix}.${nth}.Key`] !== undefined; nth += 1)
      tags[input[`${prefix}.${nth}.Key`] ?? ''] = input[`${prefix}.${nth}.Value`] ?? '';
    const made = { id: OWN, version: this.versions.length + 1, tags, token };
    this.versions.push(made);
    return made;
  }

  private ofScaling(action: string, input: Input): string {
    this.pass();
    const result = (inner: string) =>
      `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`;
    const [last] = this.refreshes;
    const isActive = last !== undefined && ['InProgress', 'Cancelling'].includes(last.status);
    switch (action) {
      case 'DescribeAutoScalingGroups': {
        const { id, version, named } = this.template;
        const template = (of: string, its: string) =>
          `<LaunchTemplate><LaunchTemplateId>${of}</LaunchTemplateId><Version>${its}</Version></LaunchTemplate>`;
        const members = this.members.map(
          (one) =>
            `<member><InstanceId>${one.instance}</InstanceId><LifecycleState>${this.registered.has(one.instance) ? 'InService' : 'Pending'}</LifecycleState>${template(one.id, String(one.version))}</member>`,
        );
        const mixed = this.isMixed ? '<MixedInstancesPolicy/>' : '';
        return result(
          `<AutoScalingGroups><member><AutoScalingGroupName>shop-asg</AutoScalingGroupName><HealthCheckType>${this.healthCheck}</HealthCheckType><DesiredCapacity>${this.desired}</DesiredCapacity>${template(id, named ?? String(version))}${mixed}<TargetGroupARNs><member>arn:group</member></TargetGroupARNs><Instances>${members.join('')}</Instances></member></AutoScalingGroups>`,
        );
      }
      case 'DescribeInstanceRefreshes': {
        const told = last === undefined ? '' : this.refreshXml(last);
        return result(`<InstanceRefreshes>${told}</InstanceRefreshes>`);
      }
      case 'StartInstanceRefresh': {
        if (isActive) throw new Refused('InstanceRefreshInProgress', 'one is at work');
        const asked = 'DesiredConfiguration.LaunchTemplate';
        const checkpoints = Object.entries(input).flatMap(([key, value]) =>
          key.startsWith('Preferences.CheckpointPercentages.member.') ? [Number(value)] : [],
        );
        const made: Refresh = {
          ...{ id: `refresh-${this.refreshes.length + 1}`, status: 'InProgress', checkpoints },
          ...{ waitUntilMs: 0, changedMs: this.nowMs(), percent: 0 },
          delayMs: Number(input['Preferences.CheckpointDelay'] ?? 0) * 1000,
          template: {
            id: input[`${asked}.LaunchTemplateId`] ?? '',
            version: Number(input[`${asked}.Version`]),
          },
        };
        this.refreshes.unshift(made);
        return result(`<InstanceRefreshId>${made.id}</InstanceRefreshId>`);
      }
      case 'CancelInstanceRefresh':
        if (!isActive) throw new Refused('ActiveInstanceRefreshNotFound', 'none is at work');
        if (last.status !== 'Cancelling')
          Object.assign(last, { status: 'Cancelling', changedMs: this.nowMs() });
        return result(`<InstanceRefreshId>${last.id}</InstanceRefreshId>`);
      case 'DescribeScalingActivities': {
        const told =
          this.noRoom === undefined
            ? ''
            : `<member><StatusCode>Failed</StatusCode><StatusMessage>${this.noRoom}</StatusMessage></member>`;
        return result(`<Activities>${told}</Activities>`);
      }
      default:
        throw new Error(`the test expects no ${action}`);
    }
  }

  private refreshXml({ id, status, percent, template }: Refresh): string {
    return `<member><InstanceRefreshId>${id}</InstanceRefreshId><Status>${status}</Status><PercentageComplete>${percent}</PercentageComplete><DesiredConfiguration><LaunchTemplate><LaunchTemplateId>${template.id}</LaunchTemplateId><Version>${template.version}</Version></LaunchTemplate></DesiredConfiguration></member>`;
  }

  /** What the group has done since somebody looked last, second by second. */
  private pass(): void {
    for (; this.lookedMs + TICK_MS <= this.nowMs(); this.lookedMs += TICK_MS)
      this.tick(this.lookedMs + TICK_MS);
  }

  private tick(nowMs: number): void {
    const [refresh] = this.refreshes;
    for (const { instance } of this.members) {
      const one = this.instances.get(instance) as FakeInstance;
      if (nowMs - one.changedMs >= 4000 && !this.registered.has(instance))
        this.registered.set(instance, nowMs);
    }
    if (refresh?.status === 'Cancelling' && nowMs - refresh.changedMs >= CANCELLING_MS)
      refresh.status = 'Cancelled';
    if (refresh?.status === 'InProgress') return this.advance(refresh, nowMs);
    while (this.members.length < this.desired) this.launchMember(this.template);
    // As by the default policy of AWS: what has the oldest template goes first.
    while (this.members.length > this.desired) this.remove(this.members[0] as Member);
  }

  private advance(refresh: Refresh, nowMs: number): void {
    const { template } = refresh;
    const isNew = (one: Member) => one.id === template.id && one.version === template.version;
    const fresh = this.members.filter(isNew);
    const good = fresh.filter(({ instance }) => super.healthOf(instance) === 'healthy');
    const old = this.members.filter((one) => !isNew(one));
    while (this.members.length > this.desired && old.length > 0 && good.length + old.length > this.desired)
      this.remove(old.shift() as Member);
    refresh.percent = this.desired === 0 ? 100 : Math.floor((100 * good.length) / this.desired);
    if (refresh.percent >= (refresh.checkpoints[0] ?? 101)) {
      refresh.checkpoints = refresh.checkpoints.filter((one) => one > refresh.percent);
      refresh.waitUntilMs = nowMs + refresh.delayMs;
    }
    if (nowMs < refresh.waitUntilMs) return;
    if (refresh.percent >= 100 && old.length === 0) {
      refresh.status = 'Successful';
      this.template = template;
      return;
    }
    const wanted = Math.ceil((this.desired * (refresh.checkpoints[0] ?? 100)) / 100 - 0.05);
    for (let made = fresh.length; made < wanted && this.noRoom === undefined; made += 1)
      this.launchMember(template);
  }

  private launchMember(template: Template): void {
    const tags = this.versions.find(
      ({ id, version }) => id === template.id && version === template.version,
    )?.tags;
    const given = Object.entries({ ...tags, 'aws:autoscaling:groupName': 'shop-asg' }).flatMap(
      ([key, value], nth): [string, string][] => [
        [`TagSpecification.1.Tag.${nth + 1}.Key`, key],
        [`TagSpecification.1.Tag.${nth + 1}.Value`, value],
      ],
    );
    const token = `launch-${this.instances.size}`;
    const { id } = this.launch({ ...Object.fromEntries(given), ClientToken: token, SubnetId: 'subnet-a' });
    this.members.push({ instance: id, id: template.id, version: template.version });
  }

  private remove(member: Member): void {
    this.members = this.members.filter((one) => one !== member);
    this.registered.delete(member.instance);
    const one = this.instances.get(member.instance) as FakeInstance;
    Object.assign(one, { wanted: 'terminated', changedMs: this.nowMs() });
  }
}
