import { parse, execute as referenceExecute } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { execute } from '../../src/executor/execute.ts';
import { expectPossibleResult, nullabilityIn } from './compare.ts';
import { drawDocument } from './documents.ts';
import { fieldsIn } from './keys.ts';
import { forEachCase, LONG, watchRejections } from './properties.ts';
import { startTwins } from './twins.ts';

test(
  'with the same upstream, the executor and graphql-js return the same results and send the same upstream requests',
  async () => {
    const takeRejections = watchRejections();
    const { scalars, twins, setFaultSeed } = await startTwins();
    const [reference, tested] = twins;

    await forEachCase(60, async (draws, report) => {
      const faultSeed = draws.chance(60) ? `${draws.upTo(99)}` : '';
      setFaultSeed(faultSeed);
      const { text, names, values } = drawDocument(draws, { schema, scalars });
      const document = parse(text);
      const isNullable = nullabilityIn(fieldsIn(schema, document));
      for (let run = 0; run < 2; run++) {
        const args = { schema, document, operationName: names[0] ?? null, variableValues: values() };
        report({ faultSeed, text, variableValues: args.variableValues });

        const expected = await reference.run((contextValue) => referenceExecute({ ...args, contextValue }));
        const actual = await tested.run((contextValue) => execute({ ...args, contextValue }));

        expectPossibleResult(actual.result, {
          synchronous: expected.result,
          isNullable,
          // Which other errors are possible depends on the real resolvers.
          isPossible: () => true,
        });
        // After an error, other requests may be aborted earlier or later.
        if (!expected.result.errors) expect(actual.requests).toEqual(expected.requests);
        expect(takeRejections(), 'unhandled rejections').toEqual([]);
      }
    });
  },
  LONG,
);
