// synchronized is unsupported for CPS transformation
synchronized (this) { echo 'a' }
