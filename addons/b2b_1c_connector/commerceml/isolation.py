"""Work in a thread of its own, item by item.

lxml keeps the names of all elements it ever met in a dictionary of the thread, and
libxml2 limits this dictionary to 10 MB. A file full of invented names would fill it for
good: from then on the thread could parse nothing, whatever it is. So each file is
parsed in a thread that ends with it.
"""

import queue
import threading

# more of them alive at once would only leave the caches of the processor
BATCH = 25
# so many batches may wait to be taken
WAITING = 4
# how often a thread that is not listened to any more looks up, in seconds
PATIENCE = 0.1


def in_own_thread(generate):
    """Iterate over what `generate()` yields, made by another thread, as lists of items.

    An exception there is raised here, after the items before it. When the iteration is
    given up, the thread ends.
    """
    results = queue.Queue(WAITING)
    given_up = threading.Event()
    words = (generate, results, given_up)
    thread = threading.Thread(target=_work, args=words, name="commerceml", daemon=True)
    thread.start()
    try:
        while True:
            items, ended, fault = results.get()
            yield items
            if fault:
                raise fault
            if ended:
                return
    finally:
        given_up.set()
        thread.join()


def _work(generate, results, given_up):
    items, fault = [], None
    try:
        for item in generate():
            items.append(item)
            if len(items) == BATCH:
                if not _put(results, (items, False, None), given_up):
                    return
                items = []
    except BaseException as error:
        fault = error
    _put(results, (items, True, fault), given_up)


def _put(results, batch, given_up):
    """Hand over a batch; False if nobody takes it any more."""
    while not given_up.is_set():
        try:
            results.put(batch, timeout=PATIENCE)
        except queue.Full:
            continue
        return True
    return False
