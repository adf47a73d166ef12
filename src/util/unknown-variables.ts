import { nearest } from './edit-distance.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the names in an environment that are no settings look like, a sentence each. Values are not repeated. */
export interface UnknownVariables {
  /** Names that belong to the program, so that they can only be mistakes. */
  readonly mistakes: readonly string[];
  /** Names that only resemble a setting. They may belong to another program. */
  readonly warnings: readonly string[];
}

/**
 * Finds variables that are probably misspelt settings, but not among those that `IGNORED_VARIABLES` lists.
 *
 * @param known Names of the settings. A first word that two of them share is a prefix of the program.
 */
export function findUnknownVariables(environment: Environment, known: readonly string[]): UnknownVariables {
  const ignored = environment.IGNORED_VARIABLES?.split(',').map((name) => name.trim()) ?? [];
  const firstWords = known.map(firstWordOf).filter((word) => word !== undefined);
  const prefixes = new Set(firstWords.filter((word, index) => firstWords.indexOf(word) < index));
  const exempt = new Set([...known, ...ignored, ...FOREIGN]);
  const mistakes: string[] = [];
  const warnings: string[] = [];

  for (const [name, value] of Object.entries(environment)) {
    if (!value || exempt.has(name) || isOfKubernetes(name, value)) continue;
    // Lower case is another name for the operating system, but the same one for people.
    const spelling = name.toUpperCase();
    const firstWord = firstWordOf(spelling);
    if (firstWord !== undefined && prefixes.has(firstWord)) {
      const meant = similarName(spelling, firstWord, known);
      const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
      mistakes.push(`${isNoSetting(name)}${hint}${IF_FOREIGN}`);
      continue;
    }
    const near = nearest(spelling, known);
    if (near && near.distance <= (spelling.length < SHORT ? 1 : 2)) {
      const isMeant = firstWord !== undefined && firstWord === firstWordOf(near.name) && !environment[near.name];
      const message = `${isNoSetting(name)} Did you mean \`${near.name}\`?${IF_FOREIGN}`;
      (isMeant ? mistakes : warnings).push(message);
    }
  }
  return { mistakes, warnings };
}

/** The setting of the same first word that has all words of a name, or else resembles it most. */
function similarName(name: string, firstWord: string, known: readonly string[]): string | undefined {
  const words = name.split('_');
  const candidates = known.filter((setting) => firstWordOf(setting) === firstWord);
  const longer = candidates.find((setting) => words.every((word) => setting.split('_').includes(word)));
  if (longer !== undefined) return longer;
  const near = nearest(name, candidates);
  if (near === undefined) return undefined;
  const remaining = Math.max(name.length, near.name.length) - firstWord.length - 1;
  return near.distance <= remaining / 2 ? near.name : undefined;
}

/** Shorter names have many neighbours that mean something else: `HOME`, `HOST`. */
const SHORT = 8;

/** Other programs' variables that resemble settings. */
const FOREIGN = ['FTP_PROXY', 'ftp_proxy'];

/** Variables that Kubernetes sets in a container for each service, named after it: `FLAIR_GATEWAY_SERVICE_HOST`. */
const isOfKubernetes = (name: string, value: string): boolean =>
  /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
  (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value));

const firstWordOf = (name: string): string | undefined => /^[A-Z]+(?=_)/.exec(name)?.[0];

const isNoSetting = (name: string): string => `\`${name}\` is not a setting of this program.`;

const IF_FOREIGN = ' If it belongs to another program, add its name to `IGNORED_VARIABLES`.';
