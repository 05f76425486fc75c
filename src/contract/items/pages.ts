/** The parts of a page of items that are served only on request, and that OpenAI's lists lack. */

import { Type, type TSchema } from 'typebox';
import { listOf } from '../schema/schema.ts';
import { Include } from './include.ts';

/** The value of `include` that asks for placements. */
export const PLACEMENT = 'placement';

/** Values of `include` of a list of items. */
export const PageInclude = Type.Enum([...Include.enum, PLACEMENT], { title: 'PageIncludable' });

const ItemPlacement = Type.Object(
  {
    id: Type.String(),
    position: Type.Integer({ minimum: 0 }),
    created_at: Type.Integer({ description: 'Unix seconds', format: 'unixtime' }),
  },
  { title: 'ItemPlacement' },
);

const ItemStub = Type.Object(
  {
    object: Type.Literal('conversation.item.stub'),
    id: Type.String(),
    type: Type.String(),
    role: Type.Optional(Type.String()),
    bytes: Type.Integer({ minimum: 1 }),
  },
  {
    title: 'ItemStub',
    description:
      'In place of an item with more bytes than `max_item_bytes`. `GET …/items/{item_id}` returns the item.',
  },
);

/** Makes the schema of a page of items, with what a request may ask for besides. */
export function itemPage<Item extends TSchema>(item: Item, title: string) {
  const { properties } = listOf(Type.Union([item, ItemStub]), title);
  return Type.Object(
    {
      ...properties,
      placements: Type.Optional(
        Type.Array(ItemPlacement, { description: 'The places of the items in `data`.' }),
      ),
    },
    { title },
  );
}

interface StubFields {
  readonly id: string;
  readonly type: string;
  readonly bytes: number;
  /** The beginning and the end of the item's text, with a line break between them. */
  readonly ends: string;
}

export function stubJson({ id, type, bytes, ends }: StubFields): string {
  const role = (LEADING_ROLE.exec(ends) ?? TRAILING_ROLE.exec(ends))?.[1];
  return JSON.stringify({ object: 'conversation.item.stub', id, type, role, bytes });
}

/** A field with a text or a constant, in the text of a JSON object that has no line break. */
const PLAIN_FIELD = String.raw`"[^"\\\n]*":(?:"(?:[^"\\\n]|\\.)*"|[\w.+-]+)`;
const ROLE = String.raw`"role":"(\w+)"`;
/** The role of an object with nothing but plain fields before it, or after it. */
const LEADING_ROLE = new RegExp(`^\\{(?:${PLAIN_FIELD},)*${ROLE}`);
const TRAILING_ROLE = new RegExp(`,${ROLE}(?:,${PLAIN_FIELD})*\\}$`);
