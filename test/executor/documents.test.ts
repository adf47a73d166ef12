import { MaxIntrospectionDepthRule, parse, specifiedRules, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { drawDocument } from './documents.ts';
import { forEachCase, LONG } from './properties.ts';

/** Syntax that some of the generated documents must contain. */
const SYNTAX: Readonly<Record<string, RegExp>> = {
  'an alias': /\ba\d+: \w/,
  'an alias that is a property of `Object.prototype`': /\b__proto__: \w/,
  'a fragment that is spread twice': /\.\.\.(F\d+)\b[\s\S]*\.\.\.\1\b/,
  'a fragment in a fragment': /fragment [\s\S]*\{[^}]*\.\.\.F\d/,
  'an inline fragment with a type condition': /\.\.\. on \w+ \{/,
  'an inline fragment without a type condition': /\.\.\. \{/,
  'a directive on a field': /\w @(skip|include)\(if: \$/,
  'a directive on a fragment spread': /\.\.\.\w+ @(skip|include)\(if: \$/,
  'a directive on an inline fragment': /\.\.\. (on \w+ )?@(skip|include)\(if: \$/,
  'a directive with a literal': /@(skip|include)\(if: (true|false)\)/,
  'both directives': /@skip\([^)]*\) @include/,
  'fields that are merged': /\b(\w+) \{[\s\S]*?\}\s+\1 \{/,
  'an enum': /format: (JPEG|PNG|WEBP)/,
  'an input object': /input: \{\w+: /,
  'a OneOf input object': /(mode|target): \{\w+: /,
  'a list': /ids: \[\S+, /,
  'a variable in a list': /ids: \[[^\]]*\$/,
  'a variable in an input object': /input: \{[^}]*\$/,
  'a nullable variable with a default in a non-null position': /\(.*\$\w+: Boolean = (true|false)/,
  'a list of variables': /\$\w+: \[ID!\]!/,
  'an input object as a variable': /\$\w+: \w+Input/,
  introspection: /__schema \{|__type\(/,
};

test(
  'generated documents are valid, and together they contain all syntax',
  async () => {
    // Validation rejects deeply nested introspection, but it can be executed.
    const rules = specifiedRules.filter((rule) => rule !== MaxIntrospectionDepthRule);
    const missing = new Set(Object.keys(SYNTAX));

    await forEachCase(300, (draws, report) => {
      const { text } = drawDocument(draws, { schema, kind: draws.pick(['query', 'mutation']) });
      report({ text });
      expect(validate(schema, parse(text), rules)).toEqual([]);
      for (const [name, pattern] of Object.entries(SYNTAX)) if (pattern.test(text)) missing.delete(name);
    });

    expect([...missing]).toEqual([]);
  },
  LONG,
);
