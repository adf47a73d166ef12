/**
 * Compares `schema/schema.graphql` with `schema/released.graphql`, the schema of the last release, and fails if a change
 * breaks clients while no changeset announces a major version. With `--release`, the current schema becomes the released one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const root = new URL('../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** Changes between two schemas that break clients, one sentence each. */
export async function breakingChanges(released: string, current: string): Promise<string[]> {
  const changes = await diff(buildSchema(released), buildSchema(current));
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ message }) => `${message}.`);
}

/** True if a changeset announces a major version of the package. */
export const announcesMajor = (changesets: readonly string[]): boolean =>
  changesets.some((text) => /^---\n(?:.*\n)*?["']?flair-graphql-gateway["']?: major\n(?:.*\n)*?---/.test(text));

if (import.meta.url === `file://${process.argv[1]}`) {
  if (process.argv.includes('--release')) {
    writeFileSync(new URL('schema/released.graphql', root), textOf('schema/schema.graphql'));
  } else {
    const breaking = await breakingChanges(textOf('schema/released.graphql'), textOf('schema/schema.graphql'));
    const files = readdirSync(new URL('.changeset', root)).filter(
      (file) => file.endsWith('.md') && file !== 'README.md',
    );
    if (breaking.length > 0 && !announcesMajor(files.map((file) => textOf(`.changeset/${file}`)))) {
      console.error(
        `These changes of schema/schema.graphql break clients of the last release:\n${breaking.map((change) => `- ${change}`).join('\n')}\nKeep what clients use, and mark it as deprecated; or announce a major version: npx changeset`,
      );
      process.exitCode = 1;
    }
  }
}
