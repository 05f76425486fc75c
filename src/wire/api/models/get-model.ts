import { Model, modelObject } from '../../../contract/responses/models.ts';
import type { Models } from '../../../service/models/models.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';
import { MODEL, modelId, TAG } from './paths.ts';

export function getModel(models: Models): Route {
  return defineRoute({
    method: 'GET',
    path: MODEL,
    operationId: 'getModel',
    summary: 'Get a model of one of the model servers',
    tag: TAG,
    isPublic: false,
    query: {},
    response: { description: 'The model', schema: Model },
    errors: [404, 500, 503],
    handle: async (call) => JSON.stringify(modelObject(await models.get(modelId(call)))),
  });
}
