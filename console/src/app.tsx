import { signal, useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { AccountMenu } from './look/account-menu.tsx';
import { SearchBar } from './conversations/search-bar.tsx';
import { ConversationsPage } from './conversations/conversations-page.tsx';
import { SearchPage } from './search/search-page.tsx';
import { unreachable, waitingSeconds } from './api/client.ts';
import { server, signInNeeded } from './api/session.ts';
import { begin } from './api/sign-in.ts';
import { KeysDialog } from './look/keys-dialog.tsx';
import { SignIn } from './look/sign-in.tsx';
import { fragmentOf, place } from './place.ts';

type ComparePage = ComponentType<{ readonly left: string; readonly right: string }>;
type TranscriptPage = ComponentType<{ readonly id: string; readonly item: string | undefined }>;

/** The page of one conversation comes with the first one that is opened: it brings the virtual list and Markdown. */
const transcriptPage = signal<{ readonly Page: TranscriptPage } | undefined>(undefined);

const comparePage = signal<{ readonly Page: ComparePage } | undefined>(undefined);

async function loadComparePage(): Promise<void> {
  const { ComparePage: Page } = await import('./branches/compare-page.tsx');
  comparePage.value = { Page };
}

async function loadTranscriptPage(): Promise<void> {
  const { ConversationPage } = await import('./transcript/conversation-page.tsx');
  transcriptPage.value = { Page: ConversationPage };
}

export function App() {
  useSignalEffect(() => {
    if (place.value.page === 'conversation') void loadTranscriptPage();
    if (place.value.page === 'compare') void loadComparePage();
  });
  useSignalEffect(() => {
    // Once at the start, and again when the server is back. Its failures are shown by the page, which asks it too.
    if (!unreachable.value && server.peek() === undefined) begin().catch(() => undefined);
  });
  useEffect(() => document.getElementById('title')?.focus(), [place.value.page]);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={fragmentOf({ page: 'conversations', query: '' })}>
          Colloquy
        </a>
        <SearchBar />
        <AccountMenu />
      </header>
      <Notices />
      {!signInNeeded.value && <CurrentPage />}
      {signInNeeded.value && <SignIn />}
      <KeysDialog />
    </>
  );
}

/** The fragment of the address is the place, so that a link to an id would leave it. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function CurrentPage() {
  const at = place.value;
  if (at.page === 'search') return <SearchPage query={at.query} />;
  if (at.page === 'conversations') return <ConversationsPage query={at.query} />;
  if (at.page === 'compare') {
    const compare = comparePage.value;
    if (compare === undefined) return <main id="main" aria-busy="true" />;
    return <compare.Page key={`${at.left} ${at.right}`} left={at.left} right={at.right} />;
  }
  const loaded = transcriptPage.value;
  if (loaded === undefined) return <main id="main" aria-busy="true" />;
  return <loaded.Page key={at.id} id={at.id} item={at.item} />;
}

function Notices() {
  return (
    <div class="notices" role="status">
      {unreachable.value && 'The server does not answer. What is loaded stays readable.'}
      {waitingSeconds.value !== undefined &&
        `The server is busy. Asking again in ${waitingSeconds.value} s.`}
    </div>
  );
}
