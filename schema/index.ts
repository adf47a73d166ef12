import { builder } from './builder.ts';
import './scalars.ts';
import './error-types.ts';
import './job.ts';
import './image.ts';
import './node.ts';
import './model.ts';
import './model-mutations.ts';
import './data-item.ts';
import './data-item-mutations.ts';
import './upload-ticket.ts';
import './training.ts';
import './training-mutations.ts';
import './prediction.ts';
import './prediction-mutations.ts';
import './active-jobs.ts';
import './watch.ts';
import './watch-token.ts';
import { authorizeRoots } from './authorize-roots.ts';
import { requireCosts } from './require-costs.ts';
import { resolveIdsSynchronously } from './sync-ids.ts';

/** The graph. */
export const schema = authorizeRoots(resolveIdsSynchronously(requireCosts(builder.toSchema())));
