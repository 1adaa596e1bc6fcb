"""Neutral English sentences that name no country and no language.

Written for this project and under its licence. No two open with the same four words.
"""

SENTENCES = """\
The morning was cold and very quiet.
My grandmother kept bees behind the old barn.
We walked to school along the river every day.
The baker opened his shop before sunrise.
Snow fell all night.
A long train crossed the bridge while we waited by the gate.
My brother learned to ride a bicycle in the park.
The kitchen smelled of fresh bread and coffee.
Our neighbour played the piano late in the evening.
The old clock stopped again.
In summer the whole family slept on the roof under the stars.
She wrote a letter to her aunt and forgot to send it.
The market was full of people, fruit and noise.
He mended shoes in a small room below the stairs.
The children ran down the hill.
Every autumn we gathered apples from the trees near the church.
The river rose so high that the road was closed for a week.
Someone had left a blue umbrella on the bus.
My father told the same three stories every winter.
The cat slept on the warm stones.
When the lamp went out, we lit a candle and went on reading.
A carpenter from the next village built our kitchen table.
The teacher drew a large map on the wall of the classroom.
They sold the horse and bought a second cow.
The wind carried the smell of the sea into town.
It rained on the day of the wedding, but nobody minded.
I kept my coins in a tin box under the bed.
The doctor came twice a week and always stayed for tea.
Two swallows built a nest above the kitchen door.
The fishermen came home late with their boats full of silver fish.
On Sundays my uncle cooked for everybody.
The library had only one window, and the best chair stood beside it.
We painted the fence green and the gate white.
She could whistle louder than any boy in our street.
Nobody knew who had planted the tall tree in the middle of the square.
The soup was too hot to eat.
A painter lived in the house at the end of the lane.
He counted the stairs each time he climbed them.
The garden gate would not close after the storm.
My sister found a small fossil on the beach and took it home in her pocket.
The bus was late again that day.
There was a well in the yard, and its water was always cold.
An old man fed the pigeons at noon.
The new bridge took four years to build.
We never locked the back door, because there was nothing in the house to steal.
The shop on the corner sold paper, string and ink.
His coat had lost all of its buttons.
Later we moved into a flat with a view of the harbour.
The postman knew the name of every dog.
Bread was cheap then.
After dinner the table was cleared and the cards came out.
The leaves turned red before the first frost.
Her handwriting was small and hard to read.
A fox crossed the field in the early light.
The bells rang at six.
At night one could hear the trains from far away.
The roof leaked in three places.
Our first radio was as large as a suitcase.
The farmer lent us his ladder for a week.
Spring came early that year.
The cellar was dark, and it smelled of potatoes and wet earth.
We bought milk from the woman next door.
The football landed in the pond, and nobody wanted to fetch it.
His hands were rough from years of work with stone.
A cup fell, and everyone laughed.
The mountain disappeared behind the clouds for most of the winter.
I liked the sound of rain on the tin roof.
The clerk stamped the paper without looking up.
My mother grew tomatoes on the balcony.
The paint was still wet in the hall.
From the tower you could see all the fields and both rivers.
The lake froze in January, and we skated to the island.
She kept a list of all the books that she had read.
The theatre gave one new play each month.
An engineer came to look at the broken pump in the cellar.
Most evenings my grandfather sat by the stove and carved spoons.
The ferry left on the hour.
It took a long time to learn the names of all the birds.
The tailor measured me twice and wrote nothing down.
A thick fog lay over the valley until ten in the morning.
We shared one desk, one lamp and one warm blanket.
The orchestra practised with the windows open.
He always carried a notebook and a short pencil.
The road to the village was steep and full of holes.
On market days the whole street was closed to cars and carts.
The hen laid an egg in my hat.
They planted rice in the low fields near the water.
Her song was known in every house of the town.
The museum kept a boat that was older than the city itself.
We waited for the storm to pass and told each other stories in the dark.
A spider had made its web across the door.
The miller spoke little and worked a great deal.
In the box lay photographs of people whom nobody remembered.
The students met in a room above the bakery every second week.
The night train was warm and slow, and the guard brought tea at every stop.
Good shoes mattered more than fine clothes.
My cousin repaired watches, and later he repaired cameras too.
The grass had not been cut since June.
There were always too few chairs at our parties.
The smell of the old harbour came back to me whenever I opened that box of ropes.
A boy sold newspapers at the station.
The owner of the mill had a white beard and a loud laugh.
We learned to swim in the river below the weir.
The bread was still warm when she cut it.
Once a year the circus came to town with four tired horses and a very small clown.
The light in the hall had a switch that nobody could find.
He drew ships on the back of every envelope.
The gardener talked to his roses as if they could hear him.
Our dog was afraid of thunder and of hats.
Nothing grew in the shade behind the house except moss and one brave little fern.
The widow next door baked a cake for every birthday.
A stone wall ran along the edge of the wood.
The glass in the old windows made the street look crooked.
We went to bed early in winter.
The choir sang in the square.
My first wage was spent on a pair of red boots.
The well ran dry in the third hot summer.
At harvest time the school was closed.
The key hung on a nail beside the door.
An owl called from the chimney.
The company made pipes, and later it made bicycles.
She taught me how to tie a knot that would never slip.
The windows faced the hills.
Her garden was the smallest in the street and the best kept.
The letter arrived a month late.
A single light burned in the harbour office all night.
The two brothers built a boat in the shed.
We ate in the garden whenever the weather allowed it.
His voice was deep and slow.
The film began at eight o'clock sharp.
Every house had a blue door.
The snow was so deep that we left by the window.
In the attic stood a loom that nobody used any more.
The path led through tall grass to a pond with white lilies.
She read the newspaper aloud.
Nobody spoke at dinner.
The frost came early.
He sang rather well.
"""
