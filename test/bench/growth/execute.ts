/** Executes operations against a gateway, and rejects results with errors. */

export interface Operation {
  query: string;
  variables?: object;
  /** API key. @default one for all operations */
  key?: string;
}

export type Execute = <Data>(question: Operation) => Promise<Data>;

export const executeAt =
  (url: string): Execute =>
  async <Data>({ query, variables, key = 'growth' }: Operation): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors }: { data?: Data; errors?: object } = JSON.parse(await response.text());
    if (data === undefined || errors) throw new Error(`Expected data, got ${JSON.stringify(errors).slice(0, 500)}`);
    return data;
  };
