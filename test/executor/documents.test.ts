import { MaxIntrospectionDepthRule, parse, specifiedRules, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { drawDocument } from './documents.ts';
import { forEachCase, LONG } from './properties.ts';

/** What may stand in a document, and so is to stand in some of them. */
const EVERYTHING: Readonly<Record<string, RegExp>> = {
  'an alias': /\ba\d+: \w/,
  'an alias that objects have already': /\b__proto__: \w/,
  'a fragment that is used twice': /\.\.\.(F\d+)\b[\s\S]*\.\.\.\1\b/,
  'a fragment in a fragment': /fragment [\s\S]*\{[^}]*\.\.\.F\d/,
  'an inline fragment with a type': /\.\.\. on \w+ \{/,
  'an inline fragment without one': /\.\.\. \{/,
  'a condition of a field': /\w @(skip|include)\(if: \$/,
  'a condition of a spread': /\.\.\.\w+ @(skip|include)\(if: \$/,
  'a condition of an inline fragment': /\.\.\. (on \w+ )?@(skip|include)\(if: \$/,
  'a condition that is constant': /@(skip|include)\(if: (true|false)\)/,
  'both conditions': /@skip\([^)]*\) @include/,
  'fields that are merged': /\b(\w+) \{[\s\S]*?\}\s+\1 \{/,
  'an enum': /format: (JPEG|PNG|WEBP)/,
  'an input object': /input: \{\w+: /,
  'exactly one of an input': /(mode|target): \{\w+: /,
  'a list': /ids: \[\S+, /,
  'a variable in a list': /ids: \[[^\]]*\$/,
  'a variable in an input object': /input: \{[^}]*\$/,
  'a variable that is null where null may not stand': /\(.*\$\w+: Boolean = (true|false)/,
  'a list of variables': /\$\w+: \[ID!\]!/,
  'an input object as a variable': /\$\w+: \w+Input/,
  introspection: /__schema \{|__type\(/,
};

test(
  'drawn documents are valid, and some hold each thing that a document may hold',
  async () => {
    // Introspection of lists in lists in lists is refused, but can be executed.
    const rules = specifiedRules.filter((rule) => rule !== MaxIntrospectionDepthRule);
    const missing = new Set(Object.keys(EVERYTHING));

    await forEachCase(300, (draws, tell) => {
      const { text } = drawDocument(draws, { schema, kind: draws.pick(['query', 'mutation']) });
      tell({ text });
      expect(validate(schema, parse(text), rules)).toEqual([]);
      for (const [name, pattern] of Object.entries(EVERYTHING)) if (pattern.test(text)) missing.delete(name);
    });

    expect([...missing]).toEqual([]);
  },
  LONG,
);
