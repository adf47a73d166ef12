/** What GraphiQL opens with: one tab for each thing that people come to do. */
export const examples = [
  {
    query: `# Everything there is: models with their images and trainings, and the predictions.
query Everything {
  models(first: 10) {
    nodes {
      id
      displayName
      triggerWord
      dataItems(first: 4) { nodes { id image { url } } }
      latestTraining { id status progress { fraction } }
    }
    pageInfo { hasNextPage endCursor }
  }
  predictions(first: 5) {
    nodes { id status prompt images { url } models { scale model { displayName } } }
  }
}
`,
  },
];
