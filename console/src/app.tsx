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
import { loadPart } from './api/reaching.ts';
import { begin } from './api/sign-in.ts';
import { Notices } from './look/notices.tsx';
import { followWithFocus } from './look/focus.ts';
import { KeysDialog } from './look/keys-dialog.tsx';
import { SignIn } from './look/sign-in.tsx';
import { Notice } from './look/notice.tsx';
import { fragmentOf, identityOf, place, type PageName, type Place, type View } from './place.ts';

/** Properties of each page: the fields of its place. */
type PageProps = Record<PageName, { readonly query: string; readonly view: View }> & {
  readonly conversation: { readonly id: string; readonly item: string | undefined };
  readonly compare: { readonly left: string; readonly right: string };
};
type Name = Place['page'];

/** Pages whose programs come when they are first opened. That of a conversation brings the virtual list and Markdown. */
const LATE: { readonly [Key in Name]?: () => Promise<ComponentType<PageProps[Key]>> } = {
  conversation: async () => (await import('./transcript/conversation-page.tsx')).ConversationPage,
  compare: async () => (await import('./branches/compare-page.tsx')).ComparePage,
  erase: async () => (await import('./erasure/erasure-page.tsx')).ErasurePage,
  trash: async () => (await import('./trash/trash-page.tsx')).TrashPage,
  server: async () => (await import('./server/server-page.tsx')).ServerPage,
};

/** Pages that are loaded. */
const pages = signal<{ readonly [Key in Name]?: ComponentType<PageProps[Key]> }>({
  conversations: ConversationsPage,
  search: SearchPage,
});

async function loadPage(name: Name): Promise<void> {
  if (pages.peek()[name] !== undefined) return;
  // Why it cannot be loaded is said above the page.
  const Page = await loadPart(async () => LATE[name]?.()).catch(() => undefined);
  if (Page !== undefined) pages.value = { ...pages.peek(), [name]: Page };
}

export function App() {
  useSignalEffect(() => {
    return isCovered.value ? cover() : undefined;
  });
  useSignalEffect(() => {
    void loadPage(place.value.page);
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
  // Sound: each page takes the fields of the place of its name.
  const Page = pages.value[at.page] as ComponentType<Place> | undefined;
  if (Page === undefined) return <main id="main" aria-busy="true" />;
  return <Page key={identityOf(at)} {...at} />;
}
