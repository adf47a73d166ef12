import { describe, expect, test } from 'vitest';
import type { Contract } from '../../src/contract/contract.ts';
import { deriveContract } from '../../src/contract/derive.ts';
import { startGateway } from '../support/gateway.ts';
import { smallImage } from '../support/seeds.ts';
import { edit, type Json, object, readDocument, rename } from './support.ts';

/** Derives the contract from an edited copy of the document. */
function contractAfter(change: (document: Json) => void): Contract {
  const document = readDocument();
  change(document);
  return deriveContract(document);
}

const json = (method: string, body: object): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const listModels = '{ models { nodes { id displayName } } }';

interface Models {
  models: { nodes: { id: string; displayName: string }[] };
}

describe('an edited copy of the contract', () => {
  test('renaming a path changes client and sandbox', async () => {
    const contract = contractAfter((document) => {
      const paths = edit(document, 'paths');
      for (const path of Object.keys(paths)) {
        if (path.startsWith('/models')) rename(paths, path, path.replace('/models', '/custom-models'));
      }
    });
    const { query, upstream, takeRequests } = startGateway({ contract });
    await upstream('/custom-models', json('POST', { displayName: 'Dresses' }));
    takeRequests();

    const { data, errors } = await query<Models, object>(listModels);

    expect(errors).toBeUndefined();
    expect(data?.models.nodes).toMatchObject([{ displayName: 'Dresses' }]);
    expect(takeRequests()).toEqual(['listModels']);
    expect((await upstream('/models')).status).toBe(404);
    expect((await upstream('/custom-models')).status).toBe(200);
  });

  test('changing the form of a path changes client and sandbox', async () => {
    const cancelTraining = '/models/{modelId}/trainings/{trainingId}/cancel';
    const contract = contractAfter((document) => {
      rename(edit(document, 'paths'), cancelTraining, '/trainings/{trainingId}:cancel/of/{modelId}');
    });
    const { query, upstream, clock } = startGateway({ contract });
    const read = async (response: Promise<Response>) => object(await (await response).json());
    const model = await read(upstream('/models', json('POST', { displayName: 'Dresses' })));
    const headers = { 'content-type': 'application/octet-stream' };
    await upstream(`/models/${model.id}/data`, { method: 'POST', headers, body: await smallImage() });
    const training = await read(upstream(`/models/${model.id}/trainings`, json('POST', { trainingStrength: 5 })));
    const listed = await query<{ models: { nodes: { latestTraining: { id: string } }[] } }, object>(
      '{ models { nodes { latestTraining { id } } } }',
    );
    const id = listed.data?.models.nodes[0]?.latestTraining.id;

    const { data } = await query(
      'mutation ($id: ID!) { cancelTraining(input: { id: $id }) { __typename ... on Error { message } } }',
      { id },
    );
    await clock.advance(5_000);

    expect(data).toEqual({ cancelTraining: { __typename: 'CancelTrainingSuccess' } });
    expect(await read(upstream(`/models/${model.id}/trainings/${training.trainingId}`))).toMatchObject({
      status: 'canceled',
    });
    const old = `/models/${model.id}/trainings/${training.trainingId}/cancel`;
    expect((await upstream(old, { method: 'POST' })).status).toBe(404);
    const now = `/trainings/${training.trainingId}:cancel/of/${model.id}`;
    expect((await upstream(now, { method: 'POST' })).status).toBe(409);
  });

  test('changing the method of an operation changes client and sandbox', async () => {
    const contract = contractAfter((document) => rename(edit(document, 'paths', '/models/{modelId}'), 'patch', 'put'));
    const { query, upstream, requests } = startGateway({ contract });
    await upstream('/models', json('POST', { displayName: 'Dresses' }));
    const listed = await query<Models, object>(listModels);
    const id = listed.data?.models.nodes[0]?.id;

    const { data } = await query(
      `mutation ($id: ID!) {
        renameModel(input: { id: $id, displayName: "Gowns" }) { ... on RenameModelSuccess { model { displayName } } }
      }`,
      { id },
    );

    expect(data).toEqual({ renameModel: { model: { displayName: 'Gowns' } } });
    expect(requests).toContainEqual(expect.objectContaining({ operation: 'updateModel', method: 'PUT' }));
    const { path = '' } = requests.find(({ operation }) => operation === 'updateModel') ?? {};
    expect((await upstream(path, json('PATCH', { updatedDisplayName: 'Shirts' }))).status).toBe(405);
  });

  test('raising a limit changes client and sandbox', async () => {
    const contract = contractAfter((document) => {
      edit(document, 'components', 'schemas', 'CreatePrediction', 'properties', 'num_images').maximum = 8;
    });
    const edited = startGateway({ contract });
    const vendors = startGateway();
    const status = async ({ upstream }: typeof edited, images: number) => {
      const { id } = object(await (await upstream('/models', json('POST', { displayName: 'Dresses' }))).json());
      const body = { scaleConfigs: { [String(id)]: 1 }, prompt: 'a dress', num_images: images };
      return (await upstream('/predictions', json('POST', body))).status;
    };

    expect(await status(vendors, 8)).toBe(400);
    expect(await status(edited, 8)).toBe(200);
    expect(await status(edited, 9)).toBe(400);
  });

  test('an additional name of a field is accepted by the client', async () => {
    const contract = contractAfter((document) => {
      edit(document, 'components', 'schemas', 'Model', 'properties', 'displayName')['x-also-read-as'] = ['title'];
    });
    const renameToTitle = async (request: Request, upstream: (request: Request) => Promise<Response>) => {
      const text = await (await upstream(request)).text();
      return new Response(text.replaceAll('"displayName"', '"title"'), {
        headers: { 'content-type': 'application/json' },
      });
    };
    const displayNames = async (options: Parameters<typeof startGateway>[0]) => {
      const { query, upstream } = startGateway({ ...options, transport: renameToTitle });
      await upstream('/models', json('POST', { displayName: 'Dresses' }));
      const { data } = await query<Models, object>(listModels);
      return data?.models.nodes.map((node) => node?.displayName);
    };

    expect(await displayNames({ contract })).toEqual(['Dresses']);
    expect(await displayNames({})).toEqual([undefined]);
  });
});
