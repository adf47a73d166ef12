import { serveCalls } from '../calls.ts';
import { Dashboard, type DashboardOptions } from './dashboard.ts';

/** The dashboards of all API keys, in one process. */

const dashboards = new Map<string, Dashboard>();

function dashboardOf(name: string): Dashboard {
  const dashboard = dashboards.get(name);
  if (!dashboard) throw new Error(`There is no dashboard ${name}.`);
  return dashboard;
}

interface Wait {
  name: string;
  /** Maximum time to wait, in milliseconds. */
  within: number;
}

const calls = {
  /** Connects, and starts all streams. */
  open({ name, ...options }: DashboardOptions & { name: string }) {
    dashboards.set(name, new Dashboard(options));
  },
  /** Waits until every stream has an event of each of its jobs. */
  started: ({ name, within }: Wait) => dashboardOf(name).until('first', within),
  /** Waits until every stream has the final event of each of its jobs. */
  finished: ({ name, within }: Wait) => dashboardOf(name).until('final', within),
  /** Times of the events of each job, and all errors so far. */
  results: ({ name }: { name: string }) => dashboardOf(name).results(),
  /** Closes all sockets. */
  async close({ name }: { name: string }) {
    await dashboardOf(name).close();
    dashboards.delete(name);
  },
};

export type ClientCalls = typeof calls;

serveCalls(calls);
