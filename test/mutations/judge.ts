import { ERROR_CODES } from '../../src/errors.ts';
import { type Case, mayEndStream } from './catalogue.ts';
import { operations } from './openapi.ts';
import { endsOf, type GraphQLFailure, type Observation, rowsIn } from './rig.ts';

/** Statuses that refuse a request before anything is done. */
const refuses = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;
/** Statuses whose sentence clients are shown. */
const EXPLAINED: ReadonlySet<number> = new Set([400, 402, 403, 409, 422]);

/** @returns What is wrong with an observation, in a few words each; nothing where all is well. */
export function judge({ mutation, scenario }: Case, seen: Observation, usual: Observation): string[] {
  const wrong: string[] = [];
  const expect = (isSo: boolean, what: string) => {
    if (!isSo) wrong.push(what);
  };
  const errors = seen.results.flatMap((result) => result.errors ?? []);
  const everything = JSON.stringify(seen.results);

  for (const error of seen.uncaught) wrong.push(`nothing caught ${error}`);
  expect(seen.isComplete, scenario.kind === 'stream' ? 'the stream does not end' : 'no answer comes');
  expect(seen.control === usual.control, 'another key gets another response');
  expect(seen.oddWaits.length === 0, `a timer is to wait for ${seen.oddWaits[0]} ms`);
  expect(!everything.includes(seen.apiKey), 'the API key is shown');
  for (const error of errors) wrong.push(...wrongWith(error));
  if (mutation.kind === 'value') wrong.push(...errors.flatMap((error) => wrongName(error, mutation)));
  wrong.push(...wrongWrite(mutation, seen, errors));

  if (mutation.sentence !== undefined && EXPLAINED.has(mutation.status ?? 0) && scenario.kind !== 'stream') {
    expect(scenario.kind === 'image' || everything.includes(mutation.sentence), 'the explaining sentence is lost');
  }
  if (!seen.isComplete) return wrong;
  if (scenario.kind === 'stream') wrong.push(...wrongStream({ mutation, scenario, id: '' }, seen, usual));
  else if (mutation.kept.all) expect(seen.text === usual.text, 'the result is another one than without the mutation');
  else if (scenario.kind === 'query' && !choosesAnother(scenario, mutation))
    wrong.push(...lostRows(keptIn(scenario, mutation), seen, usual));
  return wrong;
}

function wrongWith({ message, extensions = {} }: GraphQLFailure): string[] {
  const { code, retryAfter, retryable } = extensions;
  if (typeof code !== 'string' || !Object.hasOwn(ERROR_CODES, code))
    return [`an error has the code ${code}: ${message.slice(0, 80)}`];
  if (code === 'INTERNAL_SERVER_ERROR') return ['INTERNAL_SERVER_ERROR'];
  if (typeof retryable !== 'boolean') return ['an error does not say whether it is retryable'];
  if (retryAfter !== undefined && !(typeof retryAfter === 'number' && retryAfter >= 0 && retryAfter <= 3_600)) {
    return [`a client is asked to wait for too long: ${String(retryAfter).replace(/\d+/, 'N')}`];
  }
  return [];
}

/** Whether the error of a value that cannot be read names the operation and the field. */
function wrongName(
  { message, extensions, path = [] }: GraphQLFailure,
  { operation, names, subject }: Case['mutation'],
): string[] {
  // Bytes that are no image are no field that cannot be read.
  if (extensions?.code !== 'UPSTREAM_INVALID_RESPONSE' || path.includes('image')) return [];
  const wrong: string[] = [];
  if (!operations.some(({ id }) => message.includes(id))) wrong.push('an error names no operation');
  else if (!message.includes(operation)) wrong.push('an error names another operation');
  if (names.length > 0 && !subject.endsWith('[]') && !names.some((name) => message.includes(name)))
    wrong.push('an error does not name the field');
  return wrong;
}

/** What is wrong with what became of a write. */
function wrongWrite(
  { operation, status, kept }: Case['mutation'],
  seen: Observation,
  errors: readonly GraphQLFailure[],
): string[] {
  const method = operations.find(({ id }) => id === operation)?.method;
  if (method !== 'POST' && method !== 'PATCH') return [];
  const wrong: string[] = [];
  if (seen.requests === 0) wrong.push('the write is not sent');
  if (seen.requests > 1 && status !== 429) wrong.push('a write is sent again');
  if (kept.all || status === 429 || (status !== undefined && refuses(status))) return wrong;
  for (const { extensions } of errors) {
    if (extensions?.retryable === true)
      wrong.push(`a write that may have happened is reported as retryable (${extensions.code})`);
    else if (extensions?.code !== 'UPSTREAM_OUTCOME_UNKNOWN' && extensions?.code !== 'INTERNAL_SERVER_ERROR') {
      wrong.push(`a write that may have happened is reported as ${extensions?.code}`);
    }
  }
  return wrong;
}

function wrongStream({ mutation, scenario }: Case, seen: Observation, usual: Observation): string[] {
  const mayEnd = mayEndStream(mutation);
  const counts = (scenario.jobs ?? []).map((job) => endsOf(seen.results, job));
  const wrong: string[] = [];
  if (counts.some((count) => count > 1)) wrong.push('the end of a job is reported twice');
  if (!mayEnd && counts.some((count) => count === 0)) {
    const codes = seen.results.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions?.code));
    wrong.push(`the end of a job is not reported${codes.length > 0 ? ` (${[...new Set(codes)].join(', ')})` : ''}`);
  }
  if (mutation.kind === 'value' && mutation.isPassing && imagesOf(seen) !== imagesOf(usual)) {
    wrong.push('images that come a moment later are lost');
  }
  return wrong;
}

/** How many images the events that report an end show. */
const imagesOf = ({ results }: Observation): number =>
  results
    .flatMap(({ data }) => rowsIn(data))
    .flatMap(({ isFinished, images }) => (isFinished === true && Array.isArray(images) ? [...images] : [])).length;

/** Whether a change of a time decides which training is the latest, so that another one may be shown. */
export const choosesAnother = ({ name }: Case['scenario'], { subject }: Case['mutation']): boolean =>
  name === 'model.latestTraining' && subject.includes('createdAt');

/** Without its `scaleConfigs` nothing shows whether a prediction is one of the model's. */
const keptIn = ({ name }: Case['scenario'], { kept, subject }: Case['mutation']): Case['mutation']['kept'] =>
  name === 'model.predictions' && subject.includes('scaleConfigs') && kept.rows === 'all'
    ? { ...kept, rows: 'others' }
    : kept;

/** Rows, or their status, that are missing although nothing is wrong with them. */
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

/** The number at the end of the id that the upstream uses. */
const numberOf = (id: unknown): string | undefined => Buffer.from(String(id), 'base64url').toString().at(-1);

/** Fields of the graph that another value of the upstream decides, too. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  status: ['upstreamStatus', 'isFinished', 'progress', 'finishedAt'],
};

/**
 * What a mutated value changes elsewhere in a result.
 *
 * @param without Results without the value: what differs in them depends on it.
 * @param names Names of the value itself, which may well change.
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

/** The paths at which two results differ, as far inside as both have something there. */
function differences(one: unknown, other: unknown, path = ''): string[] {
  if (one === other || isImageUrl(path)) return [];
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return [`${path}/`];
  if (Array.isArray(one) && Array.isArray(other) && one.length !== other.length) return [`${path}/`];
  return Object.keys(one).flatMap((name) =>
    differences(Reflect.get(one, name), Reflect.get(other, name), `${path}/${name}`),
  );
}

/** Addresses of images are new each time. */
const isImageUrl = (path: string): boolean => path.endsWith('/url');
