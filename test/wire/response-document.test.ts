/** The schemas of the Responses API in a document of OpenAPI. */

import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { itemContract } from '../../src/contract/items/contract.ts';
import { ModelList } from '../../src/contract/responses/models.ts';
import { createResponseBody } from '../../src/contract/responses/parameters/table.ts';
import { itemPage } from '../../src/contract/items/pages.ts';
import { ResponseDeleted, ResponseObject } from '../../src/contract/responses/response.ts';
import { ResponseStreamEvent } from '../../src/contract/responses/stream-events.ts';
import { defineRoute } from '../../src/wire/api/define-route.ts';
import { openApiDocument } from '../../src/wire/api/openapi/document.ts';

/** Returns the document of a server with an operation for each schema. */
function documentOf(isStrict: boolean) {
  const contract = itemContract({ isStrict });
  const body = { schema: createResponseBody(contract.InputItem, 100), required: true };
  const list = itemPage(contract.ConversationItem, 'ResponseItemList');
  const schemas = { ResponseObject, ResponseStreamEvent, ResponseDeleted, ModelList, list };
  const routes = Object.entries(schemas).map(([name, schema]) =>
    defineRoute({
      method: 'POST',
      path: `/v1/${name}`,
      operationId: name,
      summary: name,
      tag: 'Responses',
      isPublic: false,
      query: {},
      body,
      response: { description: name, schema },
      errors: [404],
      handle: () => Promise.resolve('{}'),
    }),
  );
  return openApiDocument({ routes, version: '0', auth: { schemes: ['keys'] } });
}

describe.each([false, true])('with strict %s', (isStrict) => {
  const document = documentOf(isStrict);
  const ajv = new Ajv2020({ strict: false, formats: { unixtime: true } });
  ajv.addSchema(document, 'document');
  const fitsBody = ajv.compile({ $ref: 'document#/components/schemas/CreateResponse' });

  test('the document with responses is valid OpenAPI', async () => {
    const { valid, errors } = await new Validator().validate(document);
    expect(errors ?? '').toEqual('');
    expect(valid).toBe(true);
  });

  test('the schemas of responses have names of their own', () => {
    const { schemas } = document['components'] as { schemas: object };
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining([
        'CreateResponse',
        'Response',
        'ResponseStreamEvent',
        'ResponseOutputTextDeltaEvent',
        'OutputItem',
        'FunctionTool',
        'FunctionToolParam',
        'ResponseItemList',
        'ModelList',
      ]),
    );
    const doubled = Object.keys(schemas).filter((name) => name.endsWith('ParamParam'));
    expect(doubled).toEqual([]);
  });

  test('the documented body takes nulls, and refuses what the server refuses', () => {
    const body = { model: 'qwen3', input: 'hello', tools: [], include: [] };
    expect(fitsBody({ ...body, temperature: null, text: { verbosity: null } })).toBe(true);
    expect(fitsBody({ ...body, background: true })).toBe(true);
    expect(fitsBody({ ...body, prompt: { id: 'pmpt_1' } })).toBe(false);
    expect(fitsBody({ ...body, top_k: 5 })).toBe(false);
  });
});
