import { Type, type Static } from 'typebox';

/** A model as `GET /v1/models` lists it. */
export const Model = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('model'),
    created: Type.Integer({ description: 'Unix seconds', format: 'unixtime' }),
    owned_by: Type.String(),
  },
  { title: 'Model' },
);
export type Model = Static<typeof Model>;

export const ModelList = Type.Object(
  { object: Type.Literal('list'), data: Type.Array(Model) },
  { title: 'ModelList' },
);
export type ModelList = Static<typeof ModelList>;

/** Returns a model in the form of OpenAI's; `created` is 0 for a model of unknown age. */
export function modelObject(model: {
  readonly id: string;
  readonly ownedBy?: string | undefined;
  /** Unix seconds. */
  readonly created?: number | undefined;
}): Model {
  const { id, ownedBy = 'unknown', created = 0 } = model;
  return { id, object: 'model', created, owned_by: ownedBy };
}

/** Returns the list of the models, which has no pages. */
export function modelList(models: readonly Model[]): ModelList {
  return { object: 'list', data: [...models] };
}
