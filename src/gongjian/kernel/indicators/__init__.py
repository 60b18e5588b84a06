"""How far things should be, and the lights (红黄绿灯) that follow."""
