import { findNearest } from './edit-distance.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Messages about unknown environment variables, one sentence each. Values are not repeated. */
export interface UnknownVariables {
  /** Variables with a prefix of the program. */
  readonly mistakes: readonly string[];
  /** Variables that resemble a setting, but may belong to another program. */
  readonly warnings: readonly string[];
}

/**
 * Finds variables that are probably misspelled settings. Skips those in `IGNORED_VARIABLES`.
 *
 * @param known Names of the settings. A first word that two of them share is a prefix of the program,
 * unless other programs use it, too.
 */
export function findUnknownVariables(environment: Environment, known: readonly string[]): UnknownVariables {
  const ignored = environment.IGNORED_VARIABLES?.split(',').map((name) => name.trim()) ?? [];
  const firstWords = known.map(firstWordOf).filter((word) => word !== undefined);
  const prefixes = new Set(firstWords.filter((word, index) => firstWords.indexOf(word) < index && !SHARED.has(word)));
  const exempt = new Set([...known, ...ignored, ...FOREIGN]);
  const mistakes: string[] = [];
  const warnings: string[] = [];

  for (const [name, value] of Object.entries(environment)) {
    if (!value || exempt.has(name) || isOfKubernetes(name, value)) continue;
    // A name in lower case is another variable for the operating system, but probably meant as the same one.
    const spelling = name.toUpperCase();
    const firstWord = firstWordOf(spelling);
    if (firstWord !== undefined && prefixes.has(firstWord)) {
      const meant = similarName(spelling, firstWord, known);
      const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
      mistakes.push(`${notASetting(name)}${hint}${IF_FOREIGN}`);
      continue;
    }
    const maxDistance = spelling.length < SHORT_LENGTH ? 1 : 2;
    // Of each other name at least the difference in length is wrong. An environment may have hundreds of variables.
    const similar = known.filter(({ length }) => Math.abs(length - spelling.length) <= maxDistance);
    const near = findNearest(spelling, similar);
    if (near && near.distance <= maxDistance) {
      const isMeant = firstWord !== undefined && firstWord === firstWordOf(near.name) && !environment[near.name];
      const message = `${notASetting(name)} Did you mean \`${near.name}\`?${IF_FOREIGN}`;
      (isMeant ? mistakes : warnings).push(message);
    }
  }
  return { mistakes, warnings };
}

/** Finds the setting with the same first word that contains all words of a name, or else the most similar one. */
function similarName(name: string, firstWord: string, known: readonly string[]): string | undefined {
  const words = name.split('_');
  const candidates = known.filter((setting) => firstWordOf(setting) === firstWord);
  const longer = candidates.find((setting) => words.every((word) => setting.split('_').includes(word)));
  if (longer !== undefined) return longer;
  const near = findNearest(name, candidates);
  if (near === undefined) return undefined;
  const remaining = Math.max(name.length, near.name.length) - firstWord.length - 1;
  return near.distance <= remaining / 2 ? near.name : undefined;
}

/** Length below which names may differ in one character only, because many short names are similar: `HOME`, `HOST`. */
const SHORT_LENGTH = 8;

/** First words of settings that the variables of many other programs have, too. */
const SHARED: ReadonlySet<string> = new Set(['LOG', 'METRICS', 'OTEL']);

/** Other programs' variables that resemble settings. */
const FOREIGN = ['FTP_PROXY', 'ftp_proxy'];

/** True for variables that Kubernetes sets for each service: `FLAIR_GATEWAY_SERVICE_HOST`. */
const isOfKubernetes = (name: string, value: string): boolean =>
  /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
  (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value));

const firstWordOf = (name: string): string | undefined => /^[A-Z]+(?=_)/.exec(name)?.[0];

const notASetting = (name: string): string => `\`${name}\` is not a setting of this program.`;

const IF_FOREIGN = ' If it belongs to another program, add its name to `IGNORED_VARIABLES`.';
