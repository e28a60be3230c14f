/** What was passed over or did not work, until it is waved away. */

import { IconButton } from "./icons";
import { useDesk, useExplorer } from "./state";

export function Notices() {
  const { store } = useDesk();
  const notices = useExplorer((state) => state.notices);
  if (notices.length === 0) return null;
  return (
    <div class="notices" role="status">
      <ul>{notices.map((notice) => <li key={notice}>{notice}</li>)}</ul>
      <IconButton icon="close" label="Close the notices" onClick={() => store.set({ notices: [] })} />
    </div>
  );
}
