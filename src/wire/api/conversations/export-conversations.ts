import { Type } from 'typebox';
import type { Exports } from '../../../service/archive/selected.ts';
import type { StreamAnswer } from '../../http/answer.ts';
import type { Route } from '../../http/route.ts';
import { exporting } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { choiceOf, choiceParameters } from './choice.ts';
import { EXPORT, TAG } from './paths.ts';

const CONTENT_TYPE = 'application/jsonl';

export function exportConversations(exports: Exports): Route {
  return defineRoute({
    method: 'GET',
    path: EXPORT,
    operationId: 'exportConversations',
    summary: 'Export the conversations that the caller may read, for `colloquy import`',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    audited: exporting,
    query: choiceParameters,
    response: {
      description: 'An archive: a JSON value a line. The last one counts the records',
      schema: Type.String(),
    },
    contentType: CONTENT_TYPE,
    errors: [],
    handle: async (call): Promise<StreamAnswer> => {
      call.addHeader('content-disposition', 'attachment; filename="conversations.jsonl"');
      return {
        contentType: CONTENT_TYPE,
        chunks: exports.text(call.principal, choiceOf(call.query), call.signal),
        // No line of an archive, so that nobody takes what was sent for a whole one.
        failure: ({ message, code }) => `${JSON.stringify({ error: { message, code } })}\n`,
        keepAlive: '',
      };
    },
  });
}
