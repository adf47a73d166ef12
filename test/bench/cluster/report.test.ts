import { describe, expect, test } from 'vitest';
import { readFlags } from './flags.ts';
import type { Load, RowResult } from './measure-row.ts';
import { describeCommands, parseUsage, usageBetween } from './redis-usage.ts';
import { sectionIn } from './section.ts';
import { clusterTable, missedTargets } from './table.ts';
import { partOf } from './watching.ts';

const INFO = (commands: number, gets: number, infos: number) =>
  [
    'used_cpu_sys:0.5',
    'used_cpu_user:1.25',
    `total_commands_processed:${commands}`,
    'total_net_input_bytes:100',
    'total_net_output_bytes:200',
    `cmdstat_get:calls=${gets},usec=1,usec_per_call=1.00,rejected_calls=0,failed_calls=0`,
    `cmdstat_info:calls=${infos},usec=1,usec_per_call=1.00,rejected_calls=0,failed_calls=0`,
  ].join('\r\n');

describe('the counters of Redis', () => {
  test('are read from the reply of INFO', () => {
    expect(parseUsage(INFO(12, 7, 1))).toEqual({
      commands: 12,
      byCommand: new Map([
        ['get', 7],
        ['info', 1],
      ]),
      cpu: 1_750,
      sentBytes: 200,
      receivedBytes: 100,
    });
  });

  test('between two reads do not include the reads', () => {
    const between = usageBetween(parseUsage(INFO(12, 7, 1)), parseUsage(INFO(18, 12, 2)));

    expect(between).toMatchObject({ commands: 5, byCommand: new Map([['get', 5]]), cpu: 0 });
    expect(describeCommands(between, 2)).toBe('get 2.5/s');
  });
});

const loadOf = (commands: number): Load => ({
  seconds: 10,
  redis: { commands, byCommand: new Map(), cpu: 0, sentBytes: 0, receivedBytes: 0 },
  cpu: [0.5],
});

const PLAN = { jobs: 10, keys: 2, subscribers: 20, period: 10_000, probes: 1, takeovers: 1 };

const rowOf = (count: number, changes: Partial<RowResult> = {}): RowResult => ({
  shape: { kind: 'replicas', count },
  gets: { opening: 20, steady: 50, changing: 30 },
  singleGets: 40,
  opening: loadOf(140),
  steady: loadOf(100),
  changing: loadOf(150),
  delays: [1_000, 2_000, 3_000],
  deliveries: [10, 20, 30],
  reactions: { firstEvent: 20, wake: 10 },
  takeovers: [{ poll: 2, event: 2.5 }],
  ...changes,
});

describe('the table', () => {
  test('contains requests, delays and the commands for each job, change and subscription', () => {
    const [head = '', , line = ''] = clusterTable([rowOf(1)], PLAN).split('\n');
    const cells = (text: string) => text.split('|').map((cell) => cell.trim());
    const row = Object.fromEntries(cells(head).map((title, index) => [title, cells(line)[index]]));

    expect(row).toMatchObject({
      GETs: '100',
      '÷ one': '1.00',
      'change → event s': '2.0 / 3.0',
      'response → event ms': '20 / 30',
      'takeover s': '2.5 / 2.5',
      'Redis commands/s': '10.0',
      '… per job': '1.00',
      '… per change': '5.0',
      '… per subscription': '2.0',
      'CPU %': '50.0',
    });
  });

  test('reports each missed target, with the measured value', () => {
    const missed = (changes: Partial<RowResult>) => missedTargets([rowOf(1), rowOf(2, changes)], PLAN);

    expect(missed({})).toEqual([]);
    expect(missed({ gets: { opening: 20, steady: 50, changing: 36 } })).toEqual([
      '2 replicas: ÷ one is 1.06, expected ≤ 1.05',
    ]);
    expect(missed({ gets: { opening: 20, steady: 50, changing: 35 } })).toEqual([]);
    expect(missed({ shape: { kind: 'workers', count: 2 }, gets: { opening: 20, steady: 50, changing: 36 } })).toEqual(
      [],
    );
    expect(missed({ reactions: { firstEvent: 51, wake: Number.POSITIVE_INFINITY } })).toHaveLength(2);
    expect(missed({ takeovers: [{ poll: 2, event: 5.1 }] })).toEqual([
      '2 replicas: takeover s is 5.1 / 5.1, expected ≤ 5',
    ]);
  });
});

test('a section of the page ends before the next heading', () => {
  const page = '# Page\n\n## One\n\ntext\n\n## Two\n\nend\n';

  expect(sectionIn(page, 'One')).toBe('## One\n\ntext\n\n');
  expect(sectionIn(page, 'Two')).toBe('## Two\n\nend\n');
  expect(sectionIn(page, 'Three')).toBe('');
});

test('the parts of a number differ by one at most, and add up to it', () => {
  expect([0, 1, 2].map((index) => partOf(11, 3, index))).toEqual([4, 4, 3]);
});

describe('the flags', () => {
  test('without flags, rows of one to three replicas and one and two workers are measured', () => {
    const { plan, shapes, isWritten } = readFlags([]);

    expect(plan).toMatchObject({ jobs: 30, keys: 3, subscribers: 300 });
    expect(shapes.map(({ kind, count }) => `${count} ${kind}`)).toEqual([
      '1 replicas',
      '2 replicas',
      '3 replicas',
      '1 workers',
      '2 workers',
    ]);
    expect(isWritten).toBe(false);
    expect(readFlags(['--replicas', '2', '--workers', '']).shapes).toEqual([{ kind: 'replicas', count: 2 }]);
  });

  test('a malformed flag is reported with the expected values', () => {
    expect(() => readFlags(['--replicas', '1,two'])).toThrow(
      'Expected --replicas to be an integer of at least 1, got "two".',
    );
    expect(() => readFlags(['--subscribers', '29'])).toThrow(
      'Expected --subscribers to be an integer of at least 30, got "29".',
    );
  });
});
