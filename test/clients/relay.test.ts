import {
  ConnectionHandler,
  commitMutation,
  createOperationDescriptor,
  type Environment,
  fetchQuery,
  type GraphQLTaggedNode,
  getFragment,
  getRequest,
  getSingularSelector,
  type OperationDescriptor,
  ROOT_ID,
  requestSubscription,
} from 'relay-runtime';
import { expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { seedModel } from '../support/seeds.ts';
import { compile, environmentOf } from './relay.ts';
import { FAST_TRAINING, seedModels, seedRunningTraining, startForClients } from './support.ts';

const OPERATIONS = `
  import { graphql } from 'relay-runtime';

  graphql\`
    query relayModelsQuery { ...relayModels_query }
  \`;

  graphql\`
    fragment relayModels_query on Query
    @refetchable(queryName: "relayModelsPageQuery")
    @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }) {
      models(first: $count, after: $cursor) @connection(key: "relay_models") { edges { node { id displayName } } }
    }
  \`;

  graphql\`
    query relayModelQuery($id: ID!) { model(id: $id) { ...relayTrainings_model } }
  \`;

  graphql\`
    fragment relayTrainings_model on Model
    @refetchable(queryName: "relayTrainingsPageQuery")
    @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" }) {
      id
      trainings(first: $count, after: $cursor) @connection(key: "relay_trainings") { edges { node { id } } }
    }
  \`;

  graphql\`
    mutation relayCreateMutation($input: CreateModelInput!, $connections: [ID!]!) {
      createModel(input: $input) {
        ... on CreateModelSuccess {
          model @prependNode(connections: $connections, edgeTypeName: "ModelEdge") { id displayName }
        }
        ... on Error { message }
      }
    }
  \`;

  graphql\`
    subscription relayWatchSubscription($id: ID!) { trainingUpdated(id: $id) { id status } }
  \`;
`;

async function start() {
  const started = await startForClients();
  return { ...started, environment: environmentOf(started), compiled: await compile(OPERATIONS) };
}

interface Connection<Item> {
  edges: { node: Item }[];
  pageInfo: { endCursor: string; hasNextPage: boolean };
}

/** Reads the data of a fragment, as a component would. @param id Id of the record. */
function readFragment<Data>(
  environment: Environment,
  fragment: GraphQLTaggedNode,
  owner: OperationDescriptor,
  id: string,
): Data {
  const reference = { __id: id, __fragments: { [getFragment(fragment).name]: {} }, __fragmentOwner: owner.request };
  const selector = getSingularSelector(getFragment(fragment), reference);
  if (!selector) return expect.fail('Expected a selector for the fragment.');
  const { data, isMissingData } = environment.lookup(selector);
  expect(isMissingData).toBe(false);
  return data as Data;
}

test('Relay pages through a root connection, and its store merges the pages', async () => {
  const started = await start();
  const { environment, compiled, takeRequests } = started;
  await seedModels(started, ['Coats', 'Hats', 'Shoes']);
  takeRequests();
  const query = compiled('relayModelsQuery');
  const owner = createOperationDescriptor(getRequest(query), {});
  environment.retain(owner);
  const models = () =>
    readFragment<{ models: Connection<{ displayName: string }> }>(
      environment,
      compiled('relayModels_query'),
      owner,
      ROOT_ID,
    ).models;

  await fetchQuery(environment, query, {}).toPromise();
  const { pageInfo } = models();
  expect(pageInfo.hasNextPage).toBe(true);
  const page = { count: 2, cursor: pageInfo.endCursor };
  await fetchQuery(environment, compiled('relayModelsPageQuery'), page).toPromise();

  expect(models().edges.map(({ node }) => node.displayName)).toEqual(['Shoes', 'Hats', 'Coats']);
  expect(models().pageInfo.hasNextPage).toBe(false);
  expect(takeRequests()).toEqual(['listModels', 'listModels']);
});

test('Relay pages through a connection of a node, which it refetches by id', async () => {
  const { environment, compiled, upstream } = await start();
  const { globalId: id } = await seedModel(upstream, 'Coats', { trainings: 3 });
  const query = compiled('relayModelQuery');
  const owner = createOperationDescriptor(getRequest(query), { id });
  environment.retain(owner);
  const trainings = () =>
    readFragment<{ trainings: Connection<{ id: string }> }>(environment, compiled('relayTrainings_model'), owner, id)
      .trainings;

  await fetchQuery(environment, query, { id }).toPromise();
  while (trainings().pageInfo.hasNextPage) {
    const page = { id, count: 1, cursor: trainings().pageInfo.endCursor };
    await fetchQuery(environment, compiled('relayTrainingsPageQuery'), page).toPromise();
  }

  expect(new Set(trainings().edges.map(({ node }) => node.id)).size).toBe(3);
});

test('Relay prepends the node that a mutation has created to a connection', async () => {
  const started = await start();
  const { environment, compiled } = started;
  await seedModels(started, ['Coats']);
  const query = compiled('relayModelsQuery');
  const owner = createOperationDescriptor(getRequest(query), {});
  environment.retain(owner);
  await fetchQuery(environment, query, {}).toPromise();
  const connections = [ConnectionHandler.getConnectionID(ROOT_ID, 'relay_models')];

  await new Promise<void>((resolve, onError) => {
    commitMutation(environment, {
      mutation: compiled('relayCreateMutation'),
      variables: { input: { displayName: 'Hats' }, connections },
      onCompleted: () => resolve(),
      onError,
    });
  });

  const fragment = compiled('relayModels_query');
  const { models } = readFragment<{ models: Connection<{ displayName: string }> }>(
    environment,
    fragment,
    owner,
    ROOT_ID,
  );
  expect(models.edges.map(({ node }) => node.displayName)).toEqual(['Hats', 'Coats']);
});

test('Relay receives all updates of a training', async () => {
  const started = await start();
  const { environment, compiled, clock, gateway } = started;
  const id = await seedRunningTraining(started);
  const seen: unknown[] = [];

  const completed = new Promise<void>((resolve, onError) => {
    requestSubscription<{ variables: { id: string }; response: { trainingUpdated: { status: string } } }>(environment, {
      subscription: compiled('relayWatchSubscription'),
      variables: { id },
      onNext: (response) => void seen.push(response?.trainingUpdated.status),
      onCompleted: () => resolve(),
      onError,
    });
  });
  await until(() => seen.length === 1);
  await clock.advance(FAST_TRAINING * 2);
  await completed;

  expect([seen.at(0), seen.at(-1)]).toEqual(['QUEUED', 'COMPLETED']);
  expect(environment.getStore().getSource().get(id)).toMatchObject({ status: 'COMPLETED' });
  expect(gateway.watchedJobs).toBe(0);
});
