import { describe, expect, test } from 'vitest';
import { announcesMajor, breakingChanges } from '../../packaging/schema-changes.ts';
import { readText } from '../support/readme.ts';

const schema = readText('schema/schema.graphql');

describe('changes of the schema', () => {
  test('a removed field breaks clients', async () => {
    const current = schema.replace(/ {2}"""(?:(?!""")[\s\S])*"""\n {2}triggerWord: String\n/, '');
    expect(current).not.toBe(schema);

    expect(await breakingChanges(schema, current)).toEqual([expect.stringContaining("Field 'triggerWord'")]);
  });

  test('a field that becomes nullable and a new required argument break clients', async () => {
    const released = 'type Query { a: String!, b: String }';
    const current = 'type Query { a: String, b(c: Int!): String }';

    expect(await breakingChanges(released, current)).toHaveLength(2);
  });

  test('a new field, a new optional argument and a deprecation do not', async () => {
    const released = 'type Query { a: String, b: String }';
    const current = 'type Query { a: String @deprecated(reason: "Use b."), b(c: Int): String, d: Int }';

    expect(await breakingChanges(released, current)).toEqual([]);
  });

  test('only a changeset for a major version announces them', () => {
    const changeset = (version: string) => `---\n'flair-graphql-gateway': ${version}\n---\n\nRemoves 'x': major\n`;

    expect(announcesMajor([changeset('minor'), changeset('patch')])).toBe(false);
    expect(announcesMajor([changeset('minor'), changeset('major')])).toBe(true);
    expect(announcesMajor([])).toBe(false);
  });
});
