import { builder } from './builder.ts';
import './scalars.ts';
import './error-types.ts';
import './job.ts';
import './image.ts';
import './node.ts';
import './model.ts';
import './data-item.ts';
import './upload-ticket.ts';
import './training.ts';
import './prediction.ts';
import './create-prediction.ts';
import './watch.ts';
import './watch-token.ts';
import { guardRoots } from './authorize-roots.ts';
import { answerIdsAtOnce } from './sync-ids.ts';

/** The graph. */
export const schema = guardRoots(answerIdsAtOnce(builder.toSchema()));
