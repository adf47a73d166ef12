import { ERROR_CODES } from '../../src/error-codes/error-codes.ts';
import { type Case, mayEndStream } from './catalogue.ts';
import { operations } from './openapi.ts';
import { endsOf, type GraphQLFailure, type Observation, rowsIn } from './rig.ts';

/** Statuses that reject a request before it has an effect. */
const isRejection = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;
/** Statuses whose message is passed to clients. */
const EXPLAINED: ReadonlySet<number> = new Set([400, 402, 403, 409, 422]);

/** The violations in an observation, each as a short text; empty if there are none. */
export function violationsIn({ mutation, scenario }: Case, seen: Observation, usual: Observation): string[] {
  const violations: string[] = [];
  const expect = (isMet: boolean, violation: string) => {
    if (!isMet) violations.push(violation);
  };
  const errors = seen.results.flatMap((result) => [...(result.errors ?? []), ...failuresIn(result.data)]);
  const allText = JSON.stringify(seen.results);

  for (const error of seen.uncaught) violations.push(`unhandled ${error}`);
  expect(seen.isComplete, scenario.kind === 'stream' ? 'the stream does not end' : 'there is no response');
  expect(seen.control === usual.control, 'the response for another key changes');
  expect(seen.invalidDelays.length === 0, `a timer is started with ${seen.invalidDelays[0]} ms`);
  expect(!allText.includes(seen.apiKey), 'the API key is exposed');
  for (const error of errors) violations.push(...errorViolations(error));
  if (mutation.kind === 'value') violations.push(...errors.flatMap((error) => namingViolations(error, mutation)));
  violations.push(...writeViolations(mutation, seen, errors));

  if (mutation.sentence !== undefined && EXPLAINED.has(mutation.status ?? 0) && scenario.kind !== 'stream') {
    expect(scenario.kind === 'image' || allText.includes(mutation.sentence), 'the error message is lost');
  }
  if (!seen.isComplete) return violations;
  if (scenario.kind === 'stream') violations.push(...streamViolations({ mutation, scenario, id: '' }, seen, usual));
  else if (mutation.kept.all) expect(seen.text === usual.text, 'the result differs from that without the mutation');
  else if (scenario.kind === 'query' && !mayChangeSelection(scenario, mutation))
    violations.push(...lostRows(keptIn(scenario, mutation), seen, usual));
  return violations;
}

/** The failures of items of a bulk operation, which are data, in the form of errors. */
function failuresIn(value: unknown): GraphQLFailure[] {
  if (typeof value !== 'object' || value === null) return [];
  const nested = Object.values(value).flatMap(failuresIn);
  const row = value as Record<string, unknown>;
  if (row.__typename !== 'RequestFailedError') return nested;
  const { RequestFailedError_code: code, RequestFailedError_retryable: retryable } = row;
  const retryAfter = row.RequestFailedError_retryAfter ?? undefined;
  return [...nested, { message: String(row.message), extensions: { code, retryable, retryAfter } }];
}

function errorViolations({ message, extensions = {} }: GraphQLFailure): string[] {
  const { code, retryAfter, retryable } = extensions;
  if (typeof code !== 'string' || !Object.hasOwn(ERROR_CODES, code))
    return [`an error has the code ${code}: ${message.slice(0, 80)}`];
  if (code === 'INTERNAL_SERVER_ERROR') return ['INTERNAL_SERVER_ERROR'];
  if (typeof retryable !== 'boolean') return ['an error has no `retryable`'];
  if (retryAfter !== undefined && !(typeof retryAfter === 'number' && retryAfter >= 0 && retryAfter <= 3_600)) {
    return [`an error has an invalid retryAfter: ${String(retryAfter).replace(/\d+/, 'N')}`];
  }
  return [];
}

/** Violations in the error of an unreadable value, which must name the operation and the field. */
function namingViolations(
  { message, extensions, path = [] }: GraphQLFailure,
  { operation, names, subject }: Case['mutation'],
): string[] {
  // An invalid image is not an unreadable field.
  if (extensions?.code !== 'UPSTREAM_INVALID_RESPONSE' || path.includes('image')) return [];
  const violations: string[] = [];
  if (!operations.some(({ id }) => message.includes(id))) violations.push('an error names no operation');
  else if (!message.includes(operation)) violations.push('an error names another operation');
  if (names.length > 0 && !subject.endsWith('[]') && !names.some((name) => message.includes(name)))
    violations.push('an error does not name the field');
  return violations;
}

/** Violations in the outcome of a write. */
function writeViolations(
  { operation, status, kept }: Case['mutation'],
  seen: Observation,
  errors: readonly GraphQLFailure[],
): string[] {
  const method = operations.find(({ id }) => id === operation)?.method;
  if (method !== 'POST' && method !== 'PATCH') return [];
  const violations: string[] = [];
  if (seen.requests === 0) violations.push('the write is not sent');
  if (seen.requests > 1 && status !== 429) violations.push('a write is retried');
  if (kept.all || status === 429 || (status !== undefined && isRejection(status))) return violations;
  for (const { extensions } of errors) {
    if (extensions?.retryable === true)
      violations.push(`a write that may have been applied is reported as retryable (${extensions.code})`);
    else if (extensions?.code !== 'UPSTREAM_OUTCOME_UNKNOWN' && extensions?.code !== 'INTERNAL_SERVER_ERROR') {
      violations.push(`a write that may have been applied is reported as ${extensions?.code}`);
    }
  }
  return violations;
}

function streamViolations({ mutation, scenario }: Case, seen: Observation, usual: Observation): string[] {
  const mayEnd = mayEndStream(mutation);
  const counts = (scenario.jobs ?? []).map((job) => endsOf(seen.results, job));
  const violations: string[] = [];
  if (counts.some((count) => count > 1)) violations.push('the end of a job is reported twice');
  if (!mayEnd && counts.some((count) => count === 0)) {
    const codes = seen.results.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions?.code));
    violations.push(
      `the end of a job is not reported${codes.length > 0 ? ` (${[...new Set(codes)].join(', ')})` : ''}`,
    );
  }
  if (mutation.kind === 'value' && mutation.isTransient && imagesOf(seen) !== imagesOf(usual)) {
    violations.push('images that are returned by a later read are lost');
  }
  return violations;
}

/** Number of images in the events that report the end of a job. */
const imagesOf = ({ results }: Observation): number =>
  results
    .flatMap(({ data }) => rowsIn(data))
    .flatMap(({ isFinished, images }) => (isFinished === true && Array.isArray(images) ? [...images] : [])).length;

/** True if the changed time decides which training is the latest, so that another one may be returned. */
export const mayChangeSelection = ({ name }: Case['scenario'], { subject }: Case['mutation']): boolean =>
  name === 'model.latestTraining' && subject.includes('createdAt');

/** Adjusts the expectation for a prediction without `scaleConfigs`, which cannot be attributed to a model. */
const keptIn = ({ name }: Case['scenario'], { kept, subject }: Case['mutation']): Case['mutation']['kept'] =>
  name === 'model.predictions' && subject.includes('scaleConfigs') && kept.rows === 'all'
    ? { ...kept, rows: 'others' }
    : kept;

/** Violations for valid rows, or their statuses, that are missing. */
function lostRows({ rows, pages, status }: Case['mutation']['kept'], seen: Observation, usual: Observation): string[] {
  if (rows === 'any') return [];
  const found = new Map(rowsIn(seen.results[0]?.data).map((row) => [row.id, row]));
  const expected = rowsIn(usual.results[0]?.data).filter(({ id }) => {
    const number = numberOf(id);
    return number === '3' ? pages : number === '1' ? rows === 'all' : true;
  });
  const lost = expected.filter(({ id }) => !found.has(id));
  if (lost.length > 0)
    return [
      `a row is lost: ${lost.map(({ id }) => (numberOf(id) === '1' ? 'its own' : numberOf(id) === '3' ? 'of another page' : 'another one')).at(-1)}`,
    ];
  const unknown = expected.some((row) => {
    if (row.status === undefined || (!status && numberOf(row.id) === '1')) return false;
    return found.get(row.id)?.status !== row.status;
  });
  return unknown ? ['the status of a job is lost'] : [];
}

/** The last digit of the upstream's id. */
const numberOf = (id: unknown): string | undefined => Buffer.from(String(id), 'base64url').toString().at(-1);

/** GraphQL fields that depend on a field of the upstream with another name. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  status: ['upstreamStatus', 'isFinished', 'progress', 'finishedAt'],
};

/**
 * Violations for differences that a mutated value causes in other fields.
 *
 * @param without Observations without the value: what differs in them depends on it, and may change.
 * @param names Names of the value itself, which may change.
 */
export function differencesBeyond(
  seen: Observation,
  usual: Observation,
  without: readonly Observation[],
  names: readonly string[],
): string[] {
  const dataOf = ({ results: [first] }: Observation) => first?.data;
  const allowed = without.flatMap((one) => differences(dataOf(usual), dataOf(one)));
  const isAllowed = (path: string) =>
    names.some((name) => [name, ...(DERIVED[name] ?? [])].some((field) => path.includes(`/${field}/`))) ||
    allowed.some((one) => path.startsWith(one) || one.startsWith(path));
  const [beyond] = differences(dataOf(usual), dataOf(seen)).filter((path) => !isAllowed(path));
  return beyond === undefined ? [] : [`another field changes: ${beyond.replaceAll(/\/\d+/g, '')}`];
}

/** The deepest paths at which two results differ. */
function differences(one: unknown, other: unknown, path = ''): string[] {
  if (one === other || isImageUrl(path)) return [];
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return [`${path}/`];
  if (Array.isArray(one) && Array.isArray(other) && one.length !== other.length) return [`${path}/`];
  return Object.keys(one).flatMap((name) =>
    differences(Reflect.get(one, name), Reflect.get(other, name), `${path}/${name}`),
  );
}

/** URLs of images are new in each response. */
const isImageUrl = (path: string): boolean => path.endsWith('/url');
