const PATHS = {
  search:
    'M7 2a5 5 0 1 0 3.1 8.9l3 3 1-1-3-3A5 5 0 0 0 7 2zm0 1.4a3.6 3.6 0 1 1 0 7.2 3.6 3.6 0 0 1 0-7.2z',
  close: 'M4.3 3.3 8 7l3.7-3.7 1 1L9 8l3.7 3.7-1 1L8 9l-3.7 3.7-1-1L7 8 3.3 4.3z',
  back: 'M10 2.6 11 3.7 6.8 8l4.2 4.3-1 1.1L4.6 8z',
  link: 'M6.6 9.4a2 2 0 0 0 2.8 0l2.5-2.5a2 2 0 1 0-2.8-2.8L8 5.2 7 4.2l1.1-1.1a3.4 3.4 0 1 1 4.8 4.8l-2.5 2.5a3.4 3.4 0 0 1-4.8 0zM9.4 6.6a2 2 0 0 0-2.8 0L4.1 9.1a2 2 0 1 0 2.8 2.8L8 10.8l1 1-1.1 1.1a3.4 3.4 0 1 1-4.8-4.8l2.5-2.5a3.4 3.4 0 0 1 4.8 0z',
  tool: 'M10.5 2a3.5 3.5 0 0 0-3.3 4.7L2.4 11.500a1.500 1.500 0 1 0 2.100 2.100l4.800-4.800A3.500 3.500 0 0 0 13.800 4.400L11.600 6.600 9.800 6.200 9.400 4.400l2.200-2.200A3.500 3.500 0 0 0 10.500 2z',
  mark: 'M2.500 3h11a1 1 0 0 1 1 1v6.500a1 1 0 0 1-1 1H8l-3 2.500v-2.500H2.500a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z',
} as const;

/** A picture beside words that say the same, so that screen readers pass over it. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
