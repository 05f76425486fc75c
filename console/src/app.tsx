import { signal, useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { AccountMenu } from './look/account-menu.tsx';
import { SearchBar } from './conversations/search-bar.tsx';
import { ConversationsPage } from './conversations/conversations-page.tsx';
import { SearchPage } from './search/search-page.tsx';
import { watchIdleness } from './api/idle.ts';
import { isReturning } from './api/issuer-sign-in.ts';
import { isCovered, signInNeeded, signIns } from './api/session.ts';
import { begin } from './api/sign-in.ts';
import { Notices } from './look/notices.tsx';
import { followWithFocus } from './look/focus.ts';
import { KeysDialog } from './look/keys-dialog.tsx';
import { SignIn } from './look/sign-in.tsx';
import { Notice } from './look/notice.tsx';
import { fragmentOf, place, type PageName, type View } from './place.ts';

/** A page whose program comes when it is first opened. */
type LatePage = ComponentType<{ readonly query: string }>;

const latePages = signal<Partial<Record<PageName, LatePage>>>({});

const LATE: Partial<Record<PageName, () => Promise<LatePage>>> = {
  erase: async () => (await import('./erasure/erasure-page.tsx')).ErasurePage,
  trash: async () => (await import('./trash/trash-page.tsx')).TrashPage,
  server: async () => (await import('./server/server-page.tsx')).ServerPage,
};

async function loadLatePage(name: PageName): Promise<void> {
  if (latePages.peek()[name] !== undefined) return;
  const Page = await LATE[name]?.();
  if (Page !== undefined) latePages.value = { ...latePages.peek(), [name]: Page };
}

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
    return isCovered.value ? cover() : undefined;
  });
  useSignalEffect(() => {
    if (place.value.page === 'conversation') void loadTranscriptPage();
    else if (place.value.page === 'compare') void loadComparePage();
    else void loadLatePage(place.value.page);
  });
  useEffect(() => {
    // Its failures are shown by the page, which asks the server too.
    begin().catch(() => undefined);
    watchIdleness();
    followWithFocus();
  }, []);
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
      {/* It stays below the dialog, so that nothing typed or loaded is lost. */}
      {!isReturning.value && <CurrentPage key={signIns.value} />}
      {isReturning.value && <main id="main" aria-busy="true" />}
      {signInNeeded.value && <SignIn />}
      <Notice />
      <KeysDialog />
    </>
  );
}

/** Hides the page, and its name from tabs. Returns what shows them again. */
function cover(): () => void {
  const { title, documentElement: root } = document;
  root.classList.add('covered');
  document.title = 'Colloquy';
  return () => {
    root.classList.remove('covered');
    document.title = title;
  };
}

/** The fragment of the address is the place, so that a link to an id would leave it. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function CurrentPage() {
  const at = place.value;
  if (at.page === 'compare') {
    const compare = comparePage.value;
    if (compare === undefined) return <main id="main" aria-busy="true" />;
    return <compare.Page key={`${at.left} ${at.right}`} left={at.left} right={at.right} />;
  }
  if (at.page !== 'conversation')
    return <NamedPage name={at.page} query={at.query} view={at.view} />;
  const loaded = transcriptPage.value;
  if (loaded === undefined) return <main id="main" aria-busy="true" />;
  return <loaded.Page key={at.id} id={at.id} item={at.item} />;
}

function NamedPage({
  name,
  query,
  view = {},
}: {
  readonly name: PageName;
  readonly query: string;
  readonly view: View | undefined;
}) {
  if (name === 'search') return <SearchPage query={query} view={view} />;
  if (name === 'conversations') return <ConversationsPage query={query} view={view} />;
  const Late = latePages.value[name];
  return Late === undefined ? <main id="main" aria-busy="true" /> : <Late query={query} />;
}
