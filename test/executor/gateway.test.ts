import { execute as interpret, parse } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { execute } from '../../src/executor/execute.ts';
import { expectAnswer, nullabilityIn } from './compare.ts';
import { drawDocument } from './documents.ts';
import { fieldsIn } from './keys.ts';
import { forEachCase, LONG, watchRejections } from './properties.ts';
import { startTwins } from './twins.ts';

test(
  'over the same upstream, the graph answers as graphql-js would have it answer, and asks for no more',
  async () => {
    const takeRejections = watchRejections();
    const { scalars, twins, setWeather } = await startTwins();
    const [interpreting, executing] = twins;

    await forEachCase(60, async (draws, tell) => {
      const weather = draws.chance(60) ? `${draws.upTo(99)}` : '';
      setWeather(weather);
      const { text, names, values } = drawDocument(draws, { schema, scalars });
      const document = parse(text);
      const isNullable = nullabilityIn(fieldsIn(schema, document));
      for (let run = 0; run < 2; run++) {
        const args = { schema, document, operationName: names[0] ?? null, variableValues: values() };
        tell({ weather, text, variableValues: args.variableValues });

        const expected = await interpreting.run((contextValue) => interpret({ ...args, contextValue }));
        const actual = await executing.run((contextValue) => execute({ ...args, contextValue }));

        expectAnswer(actual.result, {
          atOnce: expected.result,
          isNullable,
          // What else could fail there, nobody knows.
          isPossible: () => true,
        });
        // Where something fails, what was asked for besides may be given up earlier or later.
        if (!expected.result.errors) expect(actual.requests).toEqual(expected.requests);
        expect(takeRejections(), 'promises that nobody looks at').toEqual([]);
      }
    });
  },
  LONG,
);
