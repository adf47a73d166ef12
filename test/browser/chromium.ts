import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How it is started: without a window, and asking nothing of the internet. */
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
 * Where Chromium is: `CHROMIUM_PATH`, or on the PATH; undefined when it is nowhere.
 *
 * @throws Error when it is nowhere and `CI` is true: there, nothing is left out.
 */
export function findChromium({ CHROMIUM_PATH, PATH = '', CI }: NodeJS.ProcessEnv): string | undefined {
  const places = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = CHROMIUM_PATH || places.find((place) => existsSync(place));
  if (found) return found;
  const message = 'There is no Chromium for the browser tests. Install it: apt-get install chromium';
  if (CI === 'true') throw new Error(message);
  console.log(message);
  return undefined;
}
