/** Packages that bundled ones use only if they are installed. */
export const UNUSED: readonly string[] = [
  '@valkey/valkey-glide',
  'bufferutil',
  'msgpackr-extract',
  'pg',
  'utf-8-validate',
];
