import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Command-line arguments: no window, no requests to the internet. */
export const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Finds Chromium by `CHROMIUM_PATH` or on the PATH. If there is none, prints a hint and returns undefined.
 *
 * @throws Error if there is none and `CI` is true, because CI may not skip tests.
 */
export function findChromium({ CHROMIUM_PATH, PATH = '', CI }: NodeJS.ProcessEnv): string | undefined {
  const candidates = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = CHROMIUM_PATH || candidates.find((candidate) => existsSync(candidate));
  if (found) return found;
  const message = 'There is no Chromium for the browser tests. Install it: apt-get install chromium';
  if (CI === 'true') throw new Error(message);
  console.log(message);
  return undefined;
}
