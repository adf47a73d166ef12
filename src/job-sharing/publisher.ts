import type { Broker, NewValue } from '../cluster/broker.ts';
import type { Vault } from '../cluster/vault.ts';
import type { JobEvent } from '../jobs/events.ts';
import { type EventCodec, type Names, type OwnerMessage, type Report, sealOwnerMessage } from './messages.ts';
import { isMissing } from './shared-job.ts';
import { StoredStates } from './stored-states.ts';

export interface PublisherOptions<State, Key> {
  broker: Broker;
  vault: Vault;
  names: Names;
  codec: EventCodec<State, Key>;
  /** True for the last state of a job. */
  isFinished: (state: State) => boolean;
}

/** Maximum number and size of the reports in one message, in characters: larger ones would delay others. */
const MAX_REPORTS = 200;
const MAX_LENGTH = 250_000;
/** Number of versions of a list from which those of jobs that are gone are forgotten. */
const MAX_VERSIONS = 20_000;

/** Reports the events of an owner to all replicas, and stores the newest states. */
export class Publisher<State, Key> {
  readonly #options: PublisherOptions<State, Key>;
  readonly #stored: StoredStates<State, Key>;
  #epoch: number;
  #version = 0;
  /** Number of messages. */
  #messages = 0;
  /** Versions of the last events, by list and job. The empty list is that of jobs that are watched by themselves. */
  readonly #versions = new Map<string, Map<string, number>>();
  /** The events of the current task as they are sent. */
  readonly #encoded = new Map<JobEvent<State, Key>, unknown>();
  /** The reports of the current task as JSON. */
  #reports: string[] = [];
  readonly #values = new Map<string, NewValue>();
  readonly #ended = new Set<string>();
  #isFlushRequested = false;

  /** @param epoch The epoch of the owner. */
  constructor(epoch: number, options: PublisherOptions<State, Key>) {
    this.#options = options;
    this.#epoch = epoch;
    this.#stored = new StoredStates(options);
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Exceeds an epoch of an earlier owner: the store that orders epochs has lost its data, or its clock was set back. */
  exceed(epoch: number): void {
    this.#epoch = Math.max(this.#epoch, epoch + 1);
  }

  /** @param list The list that contains the job; empty for a job that is watched by itself. */
  event(list: string, name: string, event: JobEvent<State, Key>): void {
    const version = ++this.#version;
    this.#versions.set(list, (this.#versions.get(list) ?? new Map<string, number>()).set(name, version));
    this.#report(list, name, event, version);
    if (isMissing(event)) return;
    if ('error' in event || this.#options.isFinished(event.state)) {
      this.#values.delete(name);
      this.#ended.add(name);
    } else this.#values.set(name, this.#stored.valueOf(name, event, this.#epoch, version));
  }

  /** Reports the last event of a job once more, for a replica that has joined. */
  repeat(list: string, name: string, event: JobEvent<State, Key>): void {
    this.#report(list, name, event, this.#versions.get(list)?.get(name) ?? ++this.#version);
  }

  /** Reports that a job has ended. */
  end(name: string): void {
    this.forgetJob('', name);
    this.#add({ type: 'end', name });
  }

  /** Reports that a list has ended. */
  endList(list: string): void {
    this.#versions.delete(list);
    this.#add({ type: 'end', name: list, list });
  }

  /** Reports that a list no longer contains a job that has ended, or contains it again. */
  gone(list: string, name: string, isGone: boolean): void {
    this.#add({ type: 'gone', name, list, isGone });
    const versions = this.#versions.get(list);
    if (isGone && versions && versions.size > MAX_VERSIONS) versions.delete(name);
  }

  /** Forgets the version of a job that no replica needs any more. */
  forgetJob(list: string, name: string): void {
    this.#versions.get(list)?.delete(name);
  }

  /** Forgets the versions of the jobs of a list. */
  forgetList(list: string): void {
    this.#versions.delete(list);
  }

  /** Sends what was reported so far, then a message without reports. */
  send(type: Exclude<OwnerMessage['type'], 'reports'>): void {
    this.#flush();
    this.#options.broker.publish(this.#options.names.reports, this.#seal(type));
  }

  #report(list: string, name: string, event: JobEvent<State, Key>, version: number): void {
    const encoded = this.#encoded.get(event) ?? this.#options.codec.encode(event);
    this.#encoded.set(event, encoded);
    this.#add({ type: 'event', name, version, event: encoded, ...(list !== '' && { list }) });
  }

  #add(report: Report): void {
    this.#reports.push(JSON.stringify(report));
    if (this.#isFlushRequested) return;
    this.#isFlushRequested = true;
    queueMicrotask(() => this.#flush());
  }

  /** Stores the new states and sends the reports of the current task. */
  #flush(): void {
    this.#isFlushRequested = false;
    const { broker, names } = this.#options;
    const values = [...this.#values.values()];
    const reports = this.#reports;
    this.#reports = [];
    this.#values.clear();
    this.#encoded.clear();
    for (const [index, part] of partsOf(reports).entries()) {
      const message = this.#seal('reports', part);
      // Replicas notice that a message is missing. The broker reports its own problems.
      if (index > 0) broker.publish(names.reports, message);
      else broker.store(names.group, values, { channel: names.reports, message }).catch(() => {});
    }
    this.#stored.remove([...this.#ended]);
    this.#ended.clear();
  }

  #seal(type: OwnerMessage['type'], reports?: readonly string[]): string {
    const message = { epoch: this.#epoch, number: ++this.#messages, type };
    return sealOwnerMessage(this.#options.vault, message, reports);
  }
}

/** The reports of each message. */
function partsOf(reports: readonly string[]): string[][] {
  const parts: string[][] = [];
  let length = MAX_LENGTH;
  for (const report of reports) {
    const last = parts.at(-1);
    if (!last || last.length >= MAX_REPORTS || length + report.length > MAX_LENGTH) {
      parts.push([report]);
      length = report.length;
    } else {
      last.push(report);
      length += report.length;
    }
  }
  return parts;
}
