import { ModelList, modelList, modelObject } from '../../../contract/responses/models.ts';
import type { Models } from '../../../service/models/models.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';
import { COLLECTION, TAG } from './paths.ts';

export function listModels(models: Models): Route {
  return defineRoute({
    method: 'GET',
    path: COLLECTION,
    operationId: 'listModels',
    summary: 'List the models of all model servers',
    tag: TAG,
    isPublic: false,
    query: {},
    response: { description: 'The models', schema: ModelList },
    errors: [500, 503],
    handle: async () => JSON.stringify(modelList((await models.list()).map(modelObject))),
  });
}
